"""What time has brought and nobody has noticed comes before whatever somebody does next, and is lost in no case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from routing.actions.attach import SentPaper, attach
from routing.actions.claim import claim
from routing.actions.decide import decide_once
from routing.actions.grant_pause import PauseGrant, grant_pause
from routing.actions.hand_in import hand_in
from routing.actions.keep_time import keep_time
from routing.actions.migrate import Migration, migrate
from routing.actions.publish import publish
from routing.actions.raise_obstacle import Obstacle, raise_obstacle
from routing.actions.recount import recount_open
from routing.actions.resubmit import Resubmission, resubmit_once
from routing.actions.resume import Resumption, resume
from routing.actions.withdraw import Withdrawal, withdraw, withdraw_once
from routing.domain.application import Application
from routing.domain.conditions import LimitPassed
from routing.domain.crossing import NoPlace
from routing.domain.decision import Decision
from routing.domain.errors import ApplicationEnded, DatabaseAway, NotAllowed, NotAtThisDesk, Refusal
from routing.domain.obstacles import ObstacleTooLate
from routing.domain.people import MANAGER, Person
from routing.domain.receipts import Once
from routing.domain.resumption import TooLateToResume
from routing.domain.workflow import Outcome
from routing.reading.chains import verify_chains
from tests.actions.test_keep_time import day
from tests.actions.times_in_the_mall import kinds, marks, opens, registers, returned, told
from tests.calendars import indonesia, with_days_off
from tests.domain.people_of_the_mall import IDA, MORNING, OMAR, SARI, person
from tests.domain.route_of_times import BROKEN, DEEMED, times
from tests.domain.steady_clock import SAYINGS, Happening, happenings, walked
from tests.formats.papers import pdf
from tests.mall import Mall
from tests.sound_books import require_sound

HANI = person("hani", MANAGER, None)
REASON = "Tidak memenuhi syarat"


def asks(mall: Mall, by: Person) -> Once:
    """The key of a request."""
    return Once(person_id=mall.id_of(by), key="key", fingerprint="fingerprint")


def registered(mall: Mall, at: datetime, **changed: object) -> Application:
    """A document nobody has looked at since it was registered; the clock has been down for as long."""
    opens(mall, **changed)
    document = registers(mall)
    mall.clock.now = at
    return document


def levels(mall: Mall, document: Application, about: str) -> list[str]:
    """What was told of it."""
    return sorted({level for what, level, _, _ in told(mall, document) if what == about})


def clock_finds_nothing(mall: Mall, document: Application) -> bool:
    """Whether the clock's next round tells and does nothing more."""
    before = kinds(mall, document)
    keep_time(mall.office)
    return kinds(mall, document) == before and verify_chains(mall.office).breaks == ()


def test_a_limit_that_was_broken_unnoticed_is_marked_and_told_before_the_decision_that_comes_after_it(
    mall: Mall,
) -> None:
    document = registered(mall, day(4, 10), legal_limit=BROKEN)
    mall.decides(document, OMAR, "refuse", reason=REASON)
    assert kinds(mall, document)[2:] == ["arrived", *["warned"] * 3, "limit-passed", "decided"]
    assert marks(mall, document) == ["limit-passed"]
    assert {"head", "inspectorate"} < {who for about, _, _, who in told(mall, document) if about == "legal"}
    assert levels(mall, document, "promise") == ["h", "h-1", "h-3", "passed"]
    assert clock_finds_nothing(mall, document)


def test_what_was_deemed_granted_unnoticed_is_refused_naming_the_ground_and_stays_deemed(mall: Mall) -> None:
    document = registered(mall, day(4, 10), legal_limit=DEEMED)
    with pytest.raises(LimitPassed, match="UU 30/2014 pasal 53"):
        mall.decides(document, OMAR, "refuse", reason=REASON)
    deemed = mall.application(document.number)
    assert (deemed.step, deemed.deemed_at) == ("write-down", document.legal_due)
    assert marks(mall, document) == ["deemed"]
    assert levels(mall, document, "legal") == ["h", "h-1", "h-3", "passed"]
    assert clock_finds_nothing(mall, document)


def test_whoever_may_not_decide_is_told_so_and_what_time_has_brought_stays_all_the_same(mall: Mall) -> None:
    document = registered(mall, day(4, 10), legal_limit=DEEMED)
    with pytest.raises(NotAllowed):
        mall.decides(document, SARI, "refuse", reason=REASON)
    assert mall.application(document.number).step == "write-down"


def test_a_refused_request_is_not_remembered_as_done_though_what_time_has_brought_is(mall: Mall) -> None:
    document = registered(mall, day(4, 10), legal_limit=DEEMED)
    said, once = Decision(decision="refuse", reason=REASON), asks(mall, OMAR)
    for _ in range(2):
        with pytest.raises(Refusal):
            decide_once(mall.office, document.number, said, once=once)
        assert kinds(mall, document).count("deemed") == 1
    with mall.office.reading() as connection:
        kept = connection.execute(sa.text("SELECT count(*) FROM kept_answers")).scalar_one()
    assert kept == 0


def test_a_repair_that_comes_after_the_applicants_time_finds_the_application_stopped(mall: Mall) -> None:
    opens(mall)
    document = returned(mall)
    mall.clock.now = day(3, 10)
    with pytest.raises(ApplicationEnded):
        resubmit_once(mall.office, document.number, Resubmission(), once=asks(mall, IDA))
    assert mall.application(document.number).outcome is Outcome.STOPPED
    assert clock_finds_nothing(mall, document)


def test_an_officer_may_still_say_themself_that_the_applicants_time_is_over(mall: Mall) -> None:
    opens(mall)
    document = returned(mall)
    mall.clock.now = day(3, 10)
    stopped = mall.decides(document, IDA, "lapse", reason="Tidak datang")
    assert stopped.outcome is Outcome.STOPPED
    assert kinds(mall, document).count("decided") == 3
    assert clock_finds_nothing(mall, document)


def test_of_the_applicants_time_and_the_law_the_earlier_counts_however_late_both_are_noticed(
    mall: Mall, subtests: pytest.Subtests
) -> None:
    opens(mall, legal_limit=DEEMED)
    by_decision, by_clock = returned(mall), returned(mall)
    mall.clock.now = day(4, 10)
    with subtests.test("somebody decides"), pytest.raises(ApplicationEnded):
        mall.decides(by_decision, IDA, "resubmit")
    keep_time(mall.office)
    for document in (by_decision, by_clock):
        now = mall.application(document.number)
        assert (now.outcome, now.deemed_at) == (Outcome.STOPPED, None)


def test_what_stayed_stopped_for_too_long_has_ended_before_somebody_asks_to_go_on(mall: Mall) -> None:
    opens(mall)
    document = returned(mall)
    mall.clock.now = day(3, 10)
    keep_time(mall.office)
    mall.clock.now = day(4, 10)
    with pytest.raises(TooLateToResume):
        resume(mall.office, document.number, Resumption(), person_id=mall.id_of(IDA))
    assert mall.application(document.number).step == "lapsed"


def brings_on_paper(mall: Mall, document: Application) -> None:
    hand_in(mall.office, document.number, ["photo"], person_id=mall.id_of(IDA))


def attaches(mall: Mall, document: Application) -> None:
    with mall.office.papers.upload("surat.pdf", most=10**7) as upload:
        upload.write(pdf())
        attach(mall.office, document.number, [SentPaper(upload=upload, requirement=None)], person_id=mall.id_of(IDA))


def claims(mall: Mall, document: Application) -> None:
    claim(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))


def withdraws(mall: Mall, document: Application) -> None:
    withdraw(mall.office, document.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))


def reports(mall: Mall, document: Application) -> None:
    raise_obstacle(mall.office, document.number, Obstacle(reason="Listrik padam"), person_id=mall.id_of(OMAR))


@pytest.mark.parametrize(
    ("does", "refusal"), [(claims, NotAtThisDesk), (withdraws, LimitPassed), (reports, ObstacleTooLate)]
)
def test_whatever_somebody_does_after_the_limit_it_is_deemed_first(
    mall: Mall, does: Callable[[Mall, Application], None], refusal: type[Refusal]
) -> None:
    document = registered(mall, day(4, 10), legal_limit=DEEMED)
    with pytest.raises(refusal):
        does(mall, document)
    assert marks(mall, document) == ["deemed"]


def test_a_change_of_the_calendar_does_not_swallow_a_limit_that_had_passed_unnoticed(mall: Mall) -> None:
    document = registered(mall, day(4, 10), legal_limit=DEEMED)
    with mall.office.transaction() as tx:
        later = with_days_off(indonesia(), *(date(2026, 3, day) for day in range(3, 14)))
        tx.calendars.add(later, by="admin", at=mall.clock(), reason="Bencana", decree="Kepwal 12/2026")
    assert [one.after.number for some in recount_open(mall.office) for one in some] == [document.number]
    deemed = mall.application(document.number)
    assert (deemed.step, deemed.deemed_at) == ("write-down", document.legal_due)
    assert marks(mall, document) == ["deemed"]
    require_sound(mall.office)


def test_a_new_version_of_the_route_does_not_swallow_what_had_passed_unnoticed_either(mall: Mall) -> None:
    document = registered(mall, day(4, 10), legal_limit=BROKEN)
    newer = times(legal_limit=BROKEN | {"working_days": 60})
    assert publish(mall.office, newer, by="tests")
    (done,) = migrate(mall.office, Migration(service=newer.service, to=newer.content_hash, by="admin"))
    # By its own version the limit was broken, so it stays there; and that it was broken stands in the books.
    assert isinstance(done.refusal, NoPlace)
    assert kinds(mall, document)[-1] == "limit-passed"
    assert marks(mall, document) == ["limit-passed"]
    require_sound(mall.office)


def test_a_recount_passes_over_what_time_had_ended(mall: Mall) -> None:
    """The applicant's time was over, by the calendar that was in force then: it is stopped, and counted no more."""
    opens(mall, legal_limit=BROKEN)
    stopped, beside = returned(mall), registers(mall)
    mall.clock.now = day(3, 28)
    with mall.office.transaction() as tx:
        later = with_days_off(indonesia(), *(date(2026, 3, day) for day in range(3, 14)))
        tx.calendars.add(later, by="admin", at=mall.clock(), reason="Bencana", decree="Kepwal 12/2026")
    counted = [one.after.number for some in recount_open(mall.office, batch=1) for one in some]
    assert counted == [beside.number]
    assert mall.application(stopped.number).outcome is Outcome.STOPPED
    require_sound(mall.office)


@pytest.mark.parametrize("brings", [brings_on_paper, attaches])
def test_what_comes_after_the_applicants_time_does_not_keep_it_from_being_over(
    mall: Mall, brings: Callable[[Mall, Application], object]
) -> None:
    opens(mall)
    document = returned(mall)
    mall.clock.now = day(4, 10)
    with pytest.raises(ApplicationEnded):
        brings(mall, document)
    assert mall.application(document.number).outcome is Outcome.STOPPED
    require_sound(mall.office)


def test_an_officer_who_says_it_late_says_what_came_to_pass_before_the_limit_of_the_law(mall: Mall) -> None:
    """The applicant's time ended first: that the limit has passed meanwhile is no reason to refuse the officer."""
    opens(mall, legal_limit=DEEMED)
    document = returned(mall)
    mall.clock.now = day(4, 10)
    mall.decides(document, IDA, "lapse", reason="Tidak ada kabar")
    stopped = mall.application(document.number)
    assert (stopped.outcome, stopped.deemed_at) == (Outcome.STOPPED, None)
    require_sound(mall.office)


def test_a_refusal_is_told_even_where_what_time_has_brought_cannot_be_written(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = registered(mall, day(4, 10), legal_limit=DEEMED)

    def breaks(*_: object) -> None:
        raise DatabaseAway

    monkeypatch.setattr(mall.office, "_catch_up", breaks)
    with pytest.raises(LimitPassed):
        mall.decides(document, OMAR, "refuse", reason=REASON)


def test_a_pause_silences_no_warning_that_was_due_before_it(mall: Mall) -> None:
    document = registered(mall, day(3, 12))
    said = PauseGrant(pause="force-majeure", reason="Banjir")
    grant_pause(mall.office, document.number, said, person_id=mall.hires(HANI))
    assert levels(mall, document, "promise") == ["h-1", "h-3"]
    assert levels(mall, document, "2") == ["near", "passed"]
    assert kinds(mall, document)[-3:] == ["warned", "warned", "paused"]


def test_a_warning_that_comes_first_is_no_reason_to_look_again_before_a_withdrawal(mall: Mall) -> None:
    document = registered(mall, day(3, 12))
    said = Withdrawal(desk="loket-pendaftaran", seen_version=document.version)
    # The route knows no withdrawal: that is what it is refused for, not that a newer version is to be looked at.
    with pytest.raises(Refusal) as refused:
        withdraw_once(mall.office, document.number, said, once=asks(mall, IDA))
    assert refused.value.code == "decision_not_possible"
    assert kinds(mall, document).count("warned") == 2


def test_who_is_told_something_moves_nothing(mall: Mall) -> None:
    opens(mall, legal_limit=BROKEN)
    document = registers(mall)
    mall.clock.now = day(3, 3, hour=9)
    raise_obstacle(mall.office, document.number, Obstacle(reason="Listrik padam"), person_id=mall.id_of(OMAR))
    mall.clock.now = day(4, 10)
    keep_time(mall.office)
    assert kinds(mall, document)[3:] == ["warned", "obstacle-raised", *["warned"] * 3, "limit-passed"]
    assert mall.application(document.number).changed_at == document.changed_at


def test_where_nothing_is_pending_a_decision_asks_for_nothing_more(sqlite_mall: Mall) -> None:
    document = registered(sqlite_mall, MORNING + timedelta(hours=1), legal_limit=DEEMED)
    asked: list[str] = []

    @sa.event.listens_for(sqlite_mall.office.database.engine, "before_cursor_execute")
    def _asked(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sqlite_mall.decides(document, OMAR, "forward")
    assert [one for one in asked if "FROM applications" in one]
    assert not [one for one in asked if "notices" in one]


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=happenings())
def test_each_is_told_once_whenever_the_clock_looks_and_whoever_decides_in_between(
    mall: Mall, script: list[Happening]
) -> None:
    mall.clock.now = MORNING
    publish(mall.office, times(legal_limit=BROKEN), by="tests")
    document = mall.registers(service="izin-waktu", papers=(), form={})
    mall.clock.now = MORNING + timedelta(minutes=1)
    mall.carries()
    for one in script:
        mall.clock.now = one.at
        if one.says is None:
            keep_time(mall.office)
            continue
        by, reason = SAYINGS[one.says]
        try:
            mall.decides(document, by, one.says, reason=reason)
        except Refusal:
            continue
        mall.carries()
    expected, _ = walked(script, steadily=True, legal_limit=BROKEN)
    assert sorted(told(mall, document)) == sorted((n.about, n.level, n.due, n.addressee) for n in expected.notices)
    assert marks(mall, document) == [str(mark) for mark in expected.marks]
    assert mall.application(document.number).step == expected.application.step
