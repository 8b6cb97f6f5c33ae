"""A program decides at its desk, fails, gives up; and what an operator can do then."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from routing.actions.attend import Matter, Work, attend, retry
from routing.actions.claim import claim, reassign, release
from routing.actions.ring import collect_rings
from routing.domain.application import Application
from routing.domain.automatic_desks import LONGEST_WORK, MOST_ATTEMPTS, NotStuck, NotYet
from routing.domain.decision import Decision
from routing.domain.errors import DeskNotOffered, NotAllowed, UnknownDecision
from routing.domain.program_troubles import NotConnected, OutsideAway, ProgramBroke
from routing.domain.visits import Visit
from routing.domain.workflow import Program
from routing.reading.history import history
from tests.domain.people_of_the_mall import ADIT, NIA, OMAR
from tests.mall import Mall
from tests.sound_books import require_sound

PAPERS = ("id-card", "npwp", "contact")
PAUSE = timedelta(seconds=15)


def with_the_program(mall: Mall) -> Application:
    """A NIB that has arrived at the program's desk."""
    document = mall.registers(service="nib", papers=PAPERS, decision="call")
    mall.carries()
    document = mall.decides(document, NIA, "file")
    mall.carries()
    return mall.application(document.number)


def visit_of(mall: Mall, document: Application) -> Visit:
    (visit,) = mall.open_visits(document)
    return visit


def works(answer: Decision | NotYet | Exception, heard: list[Matter] | None = None) -> Callable[[Program], Work]:
    def work(matter: Matter) -> Decision | NotYet:
        if heard is not None:
            heard.append(matter)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return lambda _program: work


def attends(mall: Mall, document: Application, work: Callable[[Program], Work]) -> Application | None:
    return attend(mall.office, (document.id, visit_of(mall, document).no), work)


def kinds(mall: Mall, document: Application) -> list[str]:
    return [event.kind for event in history(mall.office, document.id, with_notes=False).events]


def test_a_program_decides_under_its_own_name_and_no_persons(mall: Mall) -> None:
    document = with_the_program(mall)
    heard: list[Matter] = []
    after = attends(mall, document, works(Decision(decision="issue", reason="NIB 1234567890123"), heard))
    assert after is not None
    assert after.step == "hand-over"
    assert (heard[0].number, heard[0].key, heard[0].attempt) == (document.number, f"{document.number}:3", 1)
    assert heard[0].who is not None
    assert heard[0].who.name == "dr. Putu Lestari"
    event = history(mall.office, document.id, with_notes=True).events[0]
    assert (event.kind, event.actor, event.role, event.note) == (
        "decided", "auto.oss", "automatic", "NIB 1234567890123",
    )  # fmt: skip
    require_sound(mall.office)


def test_the_relay_rings_for_it_as_soon_as_the_document_is_there_and_not_twice(mall: Mall) -> None:
    document = mall.registers(service="nib", papers=PAPERS, decision="call")
    mall.carries()
    mall.decides(document, NIA, "file")
    carried = mall.carries()
    assert [message.is_for_program for message in carried] == [False, True]
    assert carried[-1].hand_offs == ((document.id, 3),)
    assert collect_rings(mall.office) == []
    mall.clock.advance(timedelta(seconds=11))  # The message was lost.
    assert [message.is_for_program for message in collect_rings(mall.office)] == [True]


def test_an_attempt_is_counted_before_the_work_and_none_begins_beside_it(mall: Mall) -> None:
    document = with_the_program(mall)
    seen: list[int] = []

    def dies(matter: Matter) -> Decision:
        seen.append(visit_of(mall, document).attempts)
        assert attends(mall, document, works(Decision(decision="issue"))) is None  # The same message a second time.
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attends(mall, document, lambda _program: dies)
    assert seen == [1]
    assert collect_rings(mall.office) == []
    mall.clock.advance(LONGEST_WORK)
    assert len(collect_rings(mall.office)) == 1
    after = attends(mall, document, works(Decision(decision="issue")))
    assert after is not None
    assert after.step == "hand-over"


def test_it_tries_five_times_with_longer_and_longer_pauses_and_then_asks_for_help(mall: Mall) -> None:
    document = with_the_program(mall)
    away = OutsideAway(system="OSS", seconds=10)
    pauses = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        attends(mall, document, works(away))
        visit = visit_of(mall, document)
        assert visit.attempts == attempt
        if visit.act_at is not None:
            pauses.append(visit.act_at - mall.office.now())
            mall.clock.advance(pauses[-1])
    assert pauses == [PAUSE, PAUSE * 2, PAUSE * 4, PAUSE * 8]
    stuck = visit_of(mall, document)
    assert (stuck.needs_attention, stuck.act_at) == (True, None)
    assert stuck.trouble is not None
    assert (stuck.trouble.code, stuck.trouble.facts) == ("outside_away", {"system": "OSS", "seconds": 10})
    assert kinds(mall, document)[0] == "stuck"
    assert history(mall.office, document.id, with_notes=False).events[0].cause == "outside_away"
    mall.clock.advance(timedelta(days=1))
    assert collect_rings(mall.office) == []
    require_sound(mall.office)


def test_where_asking_again_is_in_vain_it_asks_for_help_at_once(mall: Mall) -> None:
    document = with_the_program(mall)
    attends(mall, document, works(NotConnected(system="OSS", setting="SATUATAP_OSS_URL")))
    assert visit_of(mall, document).needs_attention


def test_an_answer_the_route_does_not_know_is_for_a_person_to_settle(mall: Mall) -> None:
    document = with_the_program(mall)
    attends(mall, document, works(Decision(decision="bless")))
    stuck = visit_of(mall, document)
    assert stuck.needs_attention
    assert stuck.trouble is not None
    assert stuck.trouble.code == UnknownDecision.code


def test_nothing_to_decide_yet_is_no_failure(mall: Mall) -> None:
    document = with_the_program(mall)
    for _ in range(MOST_ATTEMPTS + 3):
        attends(mall, document, works(NotYet(again_after=timedelta(seconds=30))))
        visit = visit_of(mall, document)
        assert (visit.attempts, visit.needs_attention) == (0, False)
        assert visit.act_at == mall.office.now() + timedelta(seconds=30)
        mall.clock.advance(timedelta(seconds=30))


def stuck(mall: Mall) -> Application:
    document = with_the_program(mall)
    attends(mall, document, works(NotConnected(system="OSS", setting="SATUATAP_OSS_URL")))
    return document


def test_an_operator_lets_it_try_again_and_the_log_says_who(mall: Mall) -> None:
    document = stuck(mall)
    no = visit_of(mall, document).no
    with pytest.raises(NotAllowed):
        retry(mall.office, document.number, visit=no, person_id=mall.id_of(OMAR))
    retry(mall.office, document.number, visit=no, person_id=mall.id_of(ADIT))
    event = history(mall.office, document.id, with_notes=False).events[0]
    assert (event.kind, event.actor) == ("retried", "adit")
    assert len(collect_rings(mall.office)) == 1
    with pytest.raises(NotStuck):
        retry(mall.office, document.number, visit=no, person_id=mall.id_of(ADIT))


def test_an_operator_passes_it_on_to_people(mall: Mall) -> None:
    document = stuck(mall)
    no = visit_of(mall, document).no
    with pytest.raises(DeskNotOffered, match="asistensi-oss"):
        reassign(mall.office, document.number, visit=no, desk="verifikasi", person_id=mall.id_of(ADIT))
    reassign(mall.office, document.number, visit=no, desk="asistensi-oss", person_id=mall.id_of(ADIT))
    assert [message.is_for_program for message in mall.carries()] == [False]
    assert visit_of(mall, document).act_at is None
    assert kinds(mall, document)[:3] == ["arrived", "recalled", "reassigned"]
    assert mall.decides(document, NIA, "issue").step == "hand-over"
    require_sound(mall.office)


def test_an_operator_decides_by_hand(mall: Mall) -> None:
    document = stuck(mall)
    assert mall.decides(document, ADIT, "refer").step == "referred"


def test_whoever_takes_it_takes_it_out_of_the_programs_hands(mall: Mall) -> None:
    document = with_the_program(mall)
    no = visit_of(mall, document).no

    def meanwhile(matter: Matter) -> Decision:
        claim(mall.office, document.number, visit=no, person_id=mall.id_of(ADIT))
        return Decision(decision="issue")

    assert attends(mall, document, lambda _program: meanwhile) is None
    assert mall.application(document.number).step == "system"
    assert collect_rings(mall.office) == []
    release(mall.office, document.number, visit=no, person_id=mall.id_of(ADIT))
    assert [message.is_for_program for message in collect_rings(mall.office)] == [True]


def test_a_forged_message_makes_no_program_decide(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    calls: list[Matter] = []
    assert attends(mall, document, works(Decision(decision="forward"), calls)) is None
    assert attend(mall.office, (4711, 1), works(Decision(decision="forward"), calls)) is None
    assert calls == []


def test_a_program_that_takes_its_process_down_is_not_tried_for_ever(mall: Mall) -> None:
    document = with_the_program(mall)

    def dies(_matter: Matter) -> Decision:
        raise KeyboardInterrupt

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            attends(mall, document, lambda _program: dies)
        mall.clock.advance(LONGEST_WORK)
    assert attends(mall, document, works(Decision(decision="issue"))) is None
    stuck = visit_of(mall, document)
    assert stuck.needs_attention
    assert stuck.trouble is not None
    assert stuck.trouble.code == ProgramBroke.code


def test_what_breaks_in_a_program_is_raised_and_counts_as_an_attempt_in_vain(mall: Mall) -> None:
    document = with_the_program(mall)
    with pytest.raises(ZeroDivisionError):
        attends(mall, document, works(ZeroDivisionError()))
    visit = visit_of(mall, document)
    assert visit.attempts == 1
    assert visit.trouble is not None
    assert visit.act_at == mall.office.now() + PAUSE


def test_the_clocks_of_relay_and_worker_need_not_be_one(mall: Mall) -> None:
    document = mall.registers(service="nib", papers=PAPERS, decision="call")
    mall.carries()
    mall.decides(document, NIA, "file")
    mall.carries()
    mall.clock.advance(-timedelta(seconds=2))
    after = attends(mall, document, works(Decision(decision="issue")))
    assert after is not None


def test_a_document_that_was_taken_from_the_program_and_forgotten_goes_back_to_it(mall: Mall) -> None:
    document = with_the_program(mall)
    claim(mall.office, document.number, visit=visit_of(mall, document).no, person_id=mall.id_of(ADIT))
    assert collect_rings(mall.office) == []
    mall.clock.advance(timedelta(minutes=61))
    assert [message.is_for_program for message in collect_rings(mall.office)] == [True]
    after = attends(mall, document, works(Decision(decision="issue")))
    assert after is not None
    assert after.step == "hand-over"
