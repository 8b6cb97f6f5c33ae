"""What the log finds by itself: for each signal a case that raises it, one that nearly does, and its answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.actions.answer_signal import answer_signal
from routing.actions.claim import claim
from routing.actions.decide import decide
from routing.actions.grant_pause import PauseEnd, PauseGrant, end_pause, grant_pause
from routing.actions.publish import publish
from routing.domain import moves
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.integrity_signals import NEVER, Signal
from routing.domain.people import MANAGER, Assignment, Person
from routing.domain.signal_answers import Said
from routing.domain.workflow import Workflow
from routing.reading import integrity_signals, signal_entries
from routing.reading.integrity_signals import (
    SignalFilter,
    SignalRow,
    signal_at,
    signal_counts,
    signal_page,
    signal_place_in,
    signal_place_text,
)
from tests.domain.people_of_the_mall import (
    AGUS,
    BUDI,
    DEWI,
    IDA,
    LAST_YEAR,
    OMAR,
    RATNA,
    SARI,
    WAYAN,
    person,
)
from tests.domain.small_routes import label
from tests.mall import ALL_GOES_WELL, LESTARI, Mall

A_WHILE = timedelta(minutes=5)
HARI = person("hari", MANAGER, None)
SERVICE = "izin-uji"


def route(**changed: Any) -> Workflow:
    """Registered, verified, signed; ``changed`` replaces decisions, as ``verify.forward``, or the whole's parts."""
    decisions: dict[str, dict[str, dict[str, Any]]] = {
        "register": {"accept": {"to": "verify"}},
        "verify": {
            "forward": {"to": "sign"},
            "return": {"to": "repair", "reason": "optional"},
            "refuse": {"to": "refused", "reason": "optional"},
        },
        "sign": {"sign": {"to": "granted"}},
        "repair": {"resubmit": {"to": "origin"}},
    }
    places = {
        "register": ("loket-pendaftaran", "front-desk"),
        "verify": ("verifikasi", "verifier"),
        "sign": ("kepala-dinas", "head-of-office"),
        "repair": ("loket-pendaftaran", "front-desk"),
    }
    steps: dict[str, dict[str, Any]] = {
        code: {
            "label": label(code),
            "desks": [places[code][0]],
            "roles": [places[code][1]],
            "decisions": {
                name: {"label": label(name), **rule, **changed.pop(f"{code}.{name}", {})} for name, rule in said.items()
            },
            **({"waits_for": "applicant", "pause": "repair"} if code == "repair" else {}),
            **changed.pop(code, {}),
        }
        for code, said in decisions.items()
    }
    ends = {code: {"label": label(code), "outcome": code} for code in ("granted", "refused")}
    whole = {"service": SERVICE, "label": label("Izin uji"), "unit": "dpmptsp", "working_days": 9}
    return Workflow.model_validate(whole | {"intake": ["register"], "steps": steps, "ends": ends} | changed)


def opens(mall: Mall, **changed: Any) -> Application:
    """A document at the verification desk, of a route with these rules."""
    publish(mall.office, route(**changed), by="tests")
    return registers(mall)


def registers(mall: Mall, **said: Any) -> Application:
    document = mall.registers(service=SERVICE, papers=(), **said)
    mall.carries()
    mall.clock.advance(A_WHILE)
    return document


def found(mall: Mall, signal: Signal, **wanted: Any) -> tuple[SignalRow, ...]:
    page = signal_page(mall.office, signal, SignalFilter(**wanted))
    assert page.next is None
    return page.rows


def seqs(mall: Mall, signal: Signal, document: Application) -> list[int]:
    return [row.seq for row in found(mall, signal) if row.number == document.number]


def also(who: Person, role: str, desk: str | None) -> Person:
    held = Assignment(role=role, desk=desk, since=LAST_YEAR)
    return replace(who, code=f"{who.code}-two", id=who.id + 1, assignments=(*who.assignments, held))


def carelessly(mall: Mall, document: Application, by: Person, decision: str, *, reasoned: bool = True) -> None:
    """A decision by a program that has forgotten the rules: other eyes, and reasons that are owed."""
    office = mall.office
    with office.transaction() as tx:
        application, open_visits, ledger, who = tx.to_decide(document.number, person_id=mall.id_of(by))
        book = office.book_of(application, tx)
        said = Decision(decision=decision, reason="" if not reasoned else "Berkas lengkap")
        step = book.workflow.steps[open_visits[0].step]
        voice = moves.Voice(person=who, role=step.roles[0], at=office.now(), digest_key=tx.digest_key(application))
        tx.record(moves.carry_out(book, application, open_visits, open_visits[0], said, voice, ledger=ledger))
    mall.carries()
    mall.clock.advance(A_WHILE)


def test_who_was_barred_by_four_eyes_and_decided_all_the_same_is_found(mall: Mall) -> None:
    two = also(OMAR, "head-of-office", "kepala-dinas")
    mall.hires(two)
    document = opens(mall, **{"sign.sign": {"not_by": ["verify"]}})
    mall.decides(document, two, "forward")
    mall.carries()
    mall.clock.advance(A_WHILE)
    near = registers(mall)
    mall.decides(near, OMAR, "forward")
    mall.carries()
    mall.clock.advance(A_WHILE)
    carelessly(mall, document, two, "sign")
    carelessly(mall, near, two, "sign")
    (row,) = found(mall, Signal.FOUR_EYES)
    assert (row.number, row.actor, row.kind) == (document.number, two.code, "decided")
    assert row.facts["step"] == mall.office.book_in_force(SERVICE).workflow.steps["verify"].label


def test_a_reason_that_was_owed_and_not_given_is_found(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    document = opens(mall, **{"verify.refuse": {"reason": "required"}})
    near = registers(mall)
    carelessly(mall, near, OMAR, "refuse")
    monkeypatch.setattr("routing.domain.statements.reason_text", lambda reason, _wanted, _decision: reason)
    carelessly(mall, document, OMAR, "refuse", reasoned=False)
    assert [row.number for row in found(mall, Signal.OWED_REASON)] == [document.number]


def test_one_person_at_two_desks_of_the_back_office_is_found(mall: Mall) -> None:
    two = also(OMAR, "head-of-office", "kepala-dinas")
    mall.hires(two)
    document, near = opens(mall), registers(mall)
    for one, first in ((document, two), (near, OMAR)):
        mall.decides(one, first, "forward")
        mall.carries()
        mall.clock.advance(A_WHILE)
        mall.decides(one, two, "sign")
    assert [row.number for row in found(mall, Signal.VERIFIER)] == [document.number]


def test_a_counter_is_no_desk_that_verifies(mall: Mall) -> None:
    """Who took in a repair at the counter may verify it."""
    two = also(OMAR, "front-desk", "loket-pendaftaran")
    mall.hires(two)
    document = opens(mall)
    mall.decides(document, OMAR, "return", reason="KTP kabur")
    mall.carries()
    mall.decides(document, two, "resubmit")
    mall.carries()
    mall.clock.advance(A_WHILE)
    mall.decides(document, two, "forward")
    assert found(mall, Signal.VERIFIER) == ()


def test_a_document_taken_before_one_that_was_due_days_earlier_is_found(mall: Mall) -> None:
    waits = opens(mall)
    near = registers(mall)
    mall.clock.advance(timedelta(days=4))
    jumps = registers(mall)
    claim(mall.office, jumps.number, visit=2, person_id=mall.id_of(OMAR))
    mall.clock.advance(timedelta(hours=1))
    mall.decides(jumps, OMAR, "forward")
    (row,) = found(mall, Signal.QUEUE)
    assert (row.number, row.facts) == (jumps.number, {"count": 2, "first": waits.number})
    # In the order in which they are due, nobody is passed over; what came after the taking did not wait.
    mall.clock.advance(A_WHILE)
    for one in (waits, near):
        mall.decides(one, OMAR, "forward")
        mall.clock.advance(A_WHILE)
    assert [row.number for row in found(mall, Signal.QUEUE)] == [jumps.number], "also once those have been decided"


def test_what_somebody_had_in_hand_or_was_due_hours_later_is_not_passed_over(mall: Mall) -> None:
    held, near = opens(mall), registers(mall)
    mall.clock.advance(timedelta(hours=2))
    jumps = registers(mall)
    mall.decides(jumps, OMAR, "forward")
    mall.clock.advance(timedelta(days=4))
    later = registers(mall)
    for one in (held, near):
        claim(mall.office, one.number, visit=2, person_id=mall.id_of(OMAR))
    mall.clock.advance(A_WHILE)
    mall.decides(later, OMAR, "forward")
    assert found(mall, Signal.QUEUE) == ()


def test_a_promise_that_begins_anew_after_a_late_return_is_found(mall: Mall) -> None:
    document = opens(mall, clock={"pauses": "restart"})
    near = registers(mall)
    mall.decides(near, OMAR, "return", reason="KTP kabur")
    mall.clock.advance(timedelta(days=11))
    mall.decides(document, OMAR, "return", reason="KTP kabur")
    mall.carries()
    for one in (document, near):
        mall.clock.advance(timedelta(days=2))
        mall.decides(one, IDA, "resubmit")
    assert [row.number for row in found(mall, Signal.RESET)] == [document.number]


def test_a_pause_granted_by_somebody_of_the_desk_is_found(mall: Mall) -> None:
    two = also(HARI, "verifier", "verifikasi")
    mall.hires(HARI)
    mall.hires(two)
    document, near, elsewhere = opens(mall), registers(mall), registers(mall)
    mall.decides(elsewhere, OMAR, "forward")
    for one, by in ((document, two), (near, HARI), (elsewhere, two)):
        said = PauseGrant(pause="force-majeure", reason="Banjir di Batu")
        grant_pause(mall.office, one.number, said, person_id=mall.id_of(by))
        mall.clock.advance(A_WHILE)
        end_pause(mall.office, one.number, PauseEnd(reason="Air surut"), person_id=mall.id_of(by))
    (row,) = found(mall, Signal.PAUSE)
    assert (row.number, row.kind, row.facts) == (document.number, "paused", {"desk": "verifikasi"})
    assert found(mall, Signal.PAUSE, desk="verifikasi") == (row,)
    assert found(mall, Signal.PAUSE, desk="kepala-dinas") == ()


def test_a_decision_at_night_or_on_a_sunday_is_found(mall: Mall) -> None:
    # A Monday in Ramadan, eight o'clock: the office closes at 15.00, and half an hour is nothing.
    day, almost, night, sunday = opens(mall), registers(mall), registers(mall), registers(mall)
    mall.decides(day, OMAR, "forward")
    morning = mall.clock.now.replace(minute=0)
    for one, after in ((almost, 7.4), (night, 7.6), (sunday, 6 * 24 + 2)):
        mall.clock.now = morning + timedelta(hours=after)
        mall.decides(one, OMAR, "forward")
    assert {row.number for row in found(mall, Signal.HOURS)} == {night.number, sunday.number}
    (row, _) = found(mall, Signal.HOURS)
    assert row.facts == {"local": "2026-03-08 10:00"}


def test_the_same_officer_and_the_same_applicant_again_and_again_are_found(mall: Mall) -> None:
    document = opens(mall)
    documents = [document, *(registers(mall) for _ in range(4))]
    other = replace(LESTARI, name="dr. Made Surya", nik="3579010101900002")
    documents += [registers(mall, who=other) for _ in range(4)]
    for one in documents:
        mall.decides(one, OMAR, "forward")
        mall.clock.advance(A_WHILE)
    (row,) = found(mall, Signal.PAIR)
    assert (row.number, row.facts) == (documents[4].number, {"count": 5})
    mall.clock.advance(timedelta(days=100))
    mall.decides(registers(mall), OMAR, "forward")
    assert found(mall, Signal.PAIR) == (), "what was long ago counts no more"


def test_a_refusal_or_a_return_without_any_reason_is_found(mall: Mall) -> None:
    refused, returned, near = opens(mall), registers(mall), registers(mall)
    mall.decides(refused, OMAR, "refuse")
    mall.clock.advance(A_WHILE)
    mall.decides(returned, OMAR, "return")
    mall.decides(near, OMAR, "refuse", reason="Tidak memenuhi syarat")
    assert [row.number for row in found(mall, Signal.REASON)] == [returned.number, refused.number]


def test_a_sum_that_the_tariff_does_not_know_is_found(mall: Mall) -> None:
    levy = {"label": label("SKRD"), "kind": "money"}
    fees = [{"label": label("Retribusi"), "amount": 50_000, "basis": "Perda 1/2024"}]
    pays = {"waits_for": "applicant", "pause": "payment"}
    document = opens(
        mall,
        fees=fees,
        **{"verify.return": {"collects": {"levy": levy}, "reason": "optional"}, "repair": pays},
        **{"verify.forward": {"collects": {"guess": levy}}},
    )
    near, elsewhere = registers(mall), registers(mall)
    for one, decision, findings in (
        (document, "return", {"levy": 75_000}),
        (near, "return", {"levy": 50_000}),
        (elsewhere, "forward", {"guess": 1}),
    ):
        said = Decision(decision=decision, findings=findings)
        decide(mall.office, one.number, said, person_id=mall.id_of(OMAR))
    (row,) = found(mall, Signal.FEE)
    assert (row.number, row.facts) == (document.number, {"demanded": 75_000, "tariff": 50_000})


def test_a_decision_within_seconds_is_found(mall: Mall) -> None:
    document, near = opens(mall), registers(mall)
    for one, seconds in ((document, 19), (near, 20)):
        claim(mall.office, one.number, visit=2, person_id=mall.id_of(OMAR))
        mall.clock.advance(timedelta(seconds=seconds))
        mall.decides(one, OMAR, "forward")
    (row,) = found(mall, Signal.FAST)
    assert (row.number, row.facts) == (document.number, {"seconds": 19})


def test_each_is_answered_and_the_answer_stands_beside_it(mall: Mall, subtests: pytest.Subtests) -> None:
    document = opens(mall)
    mall.decides(document, OMAR, "refuse")
    (row,) = found(mall, Signal.REASON)
    for signal in Signal:
        with subtests.test(signal.value):
            said = Said(signal=signal, about=row.seq, status="explained", text=f"Sudah diperiksa: {signal}")
            answer_signal(mall.office, document.number, said, person_id=mall.id_of(AGUS))
    (again,) = found(mall, Signal.REASON)
    assert [(one.status, one.by, one.text, one.is_own) for one in again.answers] == [
        ("explained", "agus", "Sudah diperiksa: refusal-without-reason", False)
    ]
    assert signal_at(mall.office, Signal.REASON, document.number, row.seq) == again
    assert signal_at(mall.office, Signal.FAST, document.number, row.seq) is None
    (count,) = [one for one in signal_counts(mall.office, SignalFilter()) if one.definition.signal is Signal.REASON]
    assert (count.found, count.answered, count.is_at_least) == (1, 1, False)
    assert signal_page(mall.office, Signal.REASON, SignalFilter(), with_words=False).rows[0].answers[0].text is None


def test_a_way_on_which_all_goes_well_raises_nothing(mall: Mall) -> None:
    document = mall.registers()
    for by, decision in ALL_GOES_WELL:
        mall.carries()
        mall.clock.advance(A_WHILE)
        mall.decides(document, by, decision)
    assert {one.definition.signal: one.found for one in signal_counts(mall.office, SignalFilter())} == dict.fromkeys(
        Signal, 0
    )
    assert {IDA, OMAR, SARI, WAYAN, RATNA, DEWI, BUDI} == {IDA, *(by for by, _ in ALL_GOES_WELL)}


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_entries, "AT_ONCE", 3)
    monkeypatch.setattr(integrity_signals, "MOST_LOOKED_AT", 6)


@pytest.mark.usefixtures("in_small_pieces")
def test_a_page_looks_at_so_many_entries_and_the_next_goes_on_there(mall: Mall) -> None:
    documents = [opens(mall), *(registers(mall) for _ in range(3))]
    for one in documents:
        mall.decides(one, OMAR, "refuse")
        mall.clock.advance(A_WHILE)
    seen: list[str] = []
    behind, pages = None, 0
    while True:
        page = signal_page(mall.office, Signal.REASON, SignalFilter(), behind, 1)
        seen, pages = seen + [row.number for row in page.rows], pages + 1
        if page.next is None:
            break
        behind = signal_place_in(signal_place_text(page.next) or "")
        assert behind == page.next
    assert seen == [one.number for one in reversed(documents)]
    assert pages > len(documents)
    (count,) = [one for one in signal_counts(mall.office, SignalFilter()) if one.definition.signal is Signal.REASON]
    assert (count.found, count.is_at_least, count.looked_at) == (4, True, 6)


def test_only_the_period_the_service_and_the_unit_that_are_asked_for_are_looked_at(mall: Mall) -> None:
    document = opens(mall)
    at = mall.clock.now
    mall.decides(document, OMAR, "refuse")
    mall.clock.advance(A_WHILE)
    for wanted in ({"service": SERVICE}, {"unit": "dpmptsp"}, {"desk": "verifikasi"}, {"since": at}):
        assert len(found(mall, Signal.REASON, **wanted)) == 1, wanted
    for wanted in ({"service": "nib"}, {"unit": "dinas-kesehatan"}, {"desk": "penomoran"}, {"until": at}):
        assert found(mall, Signal.REASON, **wanted) == (), wanted
    mall.clock.advance(timedelta(days=31))
    assert found(mall, Signal.REASON) == ()


@pytest.mark.parametrize("said", ["", "x/1/2", "2026-01-01T00:00:00+00:00/1", "2026-01-01T00:00:00/1/1"])
def test_a_place_nobody_gave_out_begins_at_the_newest(said: str) -> None:
    assert signal_place_in(said) is None


def test_what_the_program_itself_refuses_is_called_never() -> None:
    assert {Signal.FOUR_EYES, Signal.OWED_REASON} == NEVER
