"""The clock's rounds on real books: each warning once, whatever happens to the clock; what lapses, ends, is deemed."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from routing.actions.erase import erase
from routing.actions.keep_time import keep_time
from routing.actions.resume import Resumption, resume
from routing.domain.conditions import LimitPassed
from routing.domain.erasure import LegalBasis
from routing.domain.errors import ApplicationEnded, DecisionNotPossible, ReasonMissing, UnknownDecision
from routing.domain.people import ADMINISTRATOR
from routing.domain.resumption import NotStopped
from routing.domain.workflow import Outcome
from routing.reading.history import history
from routing.storage.tables import applications, audit_entries, visits
from tests.actions.times_in_the_mall import kinds, marks, opens, registers, repaired, returned, told
from tests.domain.people_of_the_mall import IDA, OMAR, RATNA, person
from tests.domain.route_of_times import BROKEN, DEEMED
from tests.mall import Mall
from tests.sound_books import require_sound
from tests.threads import at_once

WIB = ZoneInfo("Asia/Jakarta")
RINI = person("rini", ADMINISTRATOR, None)


def day(month: int, day: int, hour: int = 8) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=WIB)


def at(mall: Mall, moment: datetime) -> None:
    """The office clock shows that moment, and the clock goes its round."""
    mall.clock.now = moment
    keep_time(mall.office)


def looks_ahead(mall: Mall) -> bool:
    """Whether nothing is due any more."""
    with mall.office.reading() as connection:
        due = [
            connection.execute(sa.select(sa.func.count()).where(column <= mall.clock.now)).scalar_one()
            for column in (applications.c.wake_at, visits.c.warn_at)
        ]
    return due == [0, 0]


def test_two_rounds_at_once_tell_each_once(mall: Mall) -> None:
    opens(mall)
    documents = [registers(mall) for _ in range(30)]
    mall.clock.now = day(3, 14)
    results = at_once(*[lambda: keep_time(mall.office, most=7) for _ in range(4)])
    assert not any(isinstance(one, Exception) for one in results), results
    assert sum(one.moves for one in results) == 2 * len(documents)
    for document in documents:
        rows = told(mall, document)
        assert len(rows) == len(set(rows)) == 9 + 3
        assert kinds(mall, document).count("warned") == 2
    assert looks_ahead(mall)
    assert keep_time(mall.office).looked == 0
    require_sound(mall.office)


def test_after_three_days_of_silence_an_hour_back_and_two_ahead_each_is_told_once(mall: Mall) -> None:
    opens(mall)
    document = registers(mall)
    at(mall, day(3, 10))
    before = told(mall, document)
    at(mall, day(3, 10, hour=7))
    assert told(mall, document) == before
    at(mall, day(3, 13))
    at(mall, day(3, 13, hour=6))
    at(mall, day(3, 13, hour=10))
    levels = [(level, who) for about, level, _, who in told(mall, document) if about == "promise"]
    assert len(levels) == len(set(levels))
    assert {level for level, _ in levels} == {"h-3", "h-1", "h"}
    at(mall, day(3, 15))
    assert len(told(mall, document)) == 12
    assert mall.application(document.number).wake_at is None
    require_sound(mall.office)


def test_what_stands_still_is_silent_and_warned_of_again_when_it_is_due_on_another_day(mall: Mall) -> None:
    opens(mall)
    document = registers(mall)
    at(mall, day(3, 10))
    mall.decides(document, OMAR, "return", reason="Foto buram")
    mall.carries()
    before = told(mall, document)
    at(mall, day(3, 13, hour=7))
    assert told(mall, document) == before
    repaired(mall, document)
    at(mall, day(3, 26))
    dues = {due for about, level, due, _ in told(mall, document) if (about, level) == ("promise", "h-3")}
    assert len(dues) == 2


def test_the_applicants_time_lapses_and_what_stays_stopped_ends(mall: Mall) -> None:
    opens(mall)
    document = returned(mall)
    at(mall, day(3, 9))
    assert mall.application(document.number).step == "repair"
    at(mall, day(3, 10))
    assert mall.application(document.number).outcome is Outcome.STOPPED
    mall.office.set_up_vault()
    (lapsed,) = history(mall.office, document.id, with_notes=True, most=1).events
    assert (lapsed.kind, lapsed.actor, lapsed.decision_code) == ("decided", "auto.clock", "lapse")
    assert lapsed.note is not None
    assert "sampai dengan 09-03-2026" in lapsed.note
    at(mall, day(4, 9, hour=7))
    assert mall.application(document.number).step == "stopped"
    at(mall, day(4, 9, hour=9))
    ended = mall.application(document.number)
    assert (ended.step, ended.outcome, ended.wake_at) == ("lapsed", Outcome.REFUSED, None)
    (event,) = history(mall.office, document.id, with_notes=True, most=1).events
    assert (event.kind, event.target.id if event.target else None) == ("ended", "Gugur")
    assert event.note is not None
    with pytest.raises(NotStopped):
        resume(mall.office, document.number, Resumption(), person_id=mall.id_of(IDA))
    require_sound(mall.office)


def test_whom_it_was_for_having_been_erased_nothing_ends_and_nothing_is_looked_at_for_ever(mall: Mall) -> None:
    opens(mall)
    document = returned(mall)
    at(mall, day(3, 10))
    erase(mall.office, document.number, LegalBasis.REQUEST, person_id=mall.hires(RINI))
    at(mall, day(4, 10))
    assert mall.application(document.number).step == "stopped"
    assert looks_ahead(mall)


def test_a_limit_of_the_law_that_was_broken_is_marked_and_told_to_the_inspectorate(mall: Mall) -> None:
    opens(mall, legal_limit=BROKEN)
    document = registers(mall)
    at(mall, day(4, 10))
    at(mall, day(4, 11))
    assert kinds(mall, document).count("limit-passed") == 1
    assert marks(mall, document) == ["limit-passed"]
    passed = [who for about, level, _, who in told(mall, document) if (about, level) == ("legal", "passed")]
    assert {"head", "inspectorate"} < set(passed)
    mall.decides(document, OMAR, "refuse", reason="Tidak memenuhi syarat")


def test_what_the_law_deems_granted_can_be_refused_neither_before_nor_after_the_clock_has_looked(mall: Mall) -> None:
    opens(mall, legal_limit=DEEMED)
    document = registers(mall)
    mall.clock.now = day(4, 10)
    with pytest.raises(LimitPassed):
        mall.decides(document, OMAR, "refuse", reason="Tidak memenuhi syarat")
    at(mall, day(4, 10))
    deemed = mall.application(document.number)
    assert (deemed.step, deemed.deemed_at) == ("write-down", deemed.legal_due)
    assert kinds(mall, document)[-2:] == ["deemed", "recalled"]
    mall.carries()
    (visit,) = mall.open_visits(document)
    assert (visit.step, visit.desk) == ("write-down", "kepala-dinas")
    with pytest.raises((DecisionNotPossible, UnknownDecision)):
        mall.decides(document, RATNA, "refuse", reason="Tidak memenuhi syarat")
    with pytest.raises(ReasonMissing):
        mall.decides(document, RATNA, "issue-deemed")
    issued = mall.decides(document, RATNA, "issue-deemed", reason="UU 30/2014 pasal 53: batas waktu terlewati")
    assert (issued.outcome, issued.deemed_at) == (Outcome.GRANTED, deemed.deemed_at)
    passed = [who for about, level, _, who in told(mall, document) if (about, level) == ("legal", "passed")]
    assert {"head", "inspectorate"} < set(passed)
    require_sound(mall.office)


def test_neither_the_mark_nor_the_moment_of_a_deemed_approval_is_ever_changed(
    mall: Mall, subtests: pytest.Subtests
) -> None:
    opens(mall, legal_limit=DEEMED)
    document = registers(mall)
    at(mall, day(4, 10))
    assert marks(mall, document) == ["deemed"]
    for change in (
        "UPDATE audit_marks SET mark = 'restart'",
        "DELETE FROM audit_marks",
        "UPDATE applications SET deemed_at = NULL",
        "UPDATE applications SET deemed_at = wake_at, legal_due = NULL",
    ):
        with (
            subtests.test(change),
            pytest.raises(sa.exc.DBAPIError, match=r"append-only|stays deemed"),
            mall.office.database.engine.begin() as connection,
        ):
            connection.execute(sa.text(change))
    assert mall.application(document.number).deemed_at is not None


def test_one_application_that_is_sick_holds_up_no_other_and_is_tried_again_later(
    mall: Mall, caplog: pytest.LogCaptureFixture
) -> None:
    opens(mall)
    well, sick = registers(mall), registers(mall)
    with mall.office.database.writing() as connection:
        connection.execute(sa.update(applications).where(applications.c.id == sick.id).values(calendar="gone"))
    mall.clock.now = day(3, 14)
    with caplog.at_level(logging.ERROR):
        kept = keep_time(mall.office)
    assert kept.put_off >= 1
    assert kinds(mall, well).count("warned") == 2
    assert kinds(mall, sick).count("warned") == 0
    assert looks_ahead(mall)
    with mall.office.database.writing() as connection:
        connection.execute(sa.update(applications).where(applications.c.id == sick.id).values(calendar=well.calendar))
    at(mall, day(3, 15))
    assert "passed" in {level for _, level, _, _ in told(mall, sick)}


def test_whose_key_is_gone_gets_no_reason_and_holds_up_nobody(mall: Mall) -> None:
    opens(mall)
    keyless, other = returned(mall), returned(mall)
    with mall.office.database.writing() as connection:
        connection.execute(sa.text(f"DELETE FROM application_keys WHERE application_id = {keyless.id}"))
    at(mall, day(3, 10))
    assert mall.application(other.number).step == "stopped"
    assert mall.application(keyless.number).step == "repair"
    assert looks_ahead(mall)


def test_a_clerk_who_comes_at_the_same_moment_as_the_clock_finds_what_time_has_done(mall: Mall) -> None:
    opens(mall)
    document = returned(mall)
    mall.clock.now = day(3, 10)
    results = at_once(
        lambda: keep_time(mall.office),
        lambda: mall.decides(document, IDA, "resubmit"),
    )
    decided = [kind for kind in kinds(mall, document) if kind == "decided"]
    assert len(decided) == 3, results
    assert mall.application(document.number).step == "stopped"
    assert isinstance(results[1], ApplicationEnded)


def test_nothing_due_costs_nothing(mall: Mall) -> None:
    opens(mall)
    registers(mall)
    with mall.office.reading() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(audit_entries)).scalar_one()
    kept = keep_time(mall.office)
    assert (kept.looked, kept.moves, kept.put_off) == (0, 0, 0)
    with mall.office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(audit_entries)).scalar_one() == before
