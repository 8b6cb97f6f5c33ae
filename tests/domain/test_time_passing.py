"""What happens when nobody says anything: who is told when, whose time lapses, what the law deems. A given clock."""

import json
import random
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from routing.domain.conditions import LimitPassed
from routing.domain.errors import ApplicationEnded
from routing.domain.marks import Mark
from routing.domain.resumption import NotStopped
from routing.domain.workflow import Outcome
from tests.domain.people_of_the_mall import IDA, MORNING, OMAR, RATNA, Walk
from tests.domain.route_of_times import BROKEN, DEEMED, times

WIB = ZoneInfo("Asia/Jakarta")
#: Registered on Monday, 2 March: nine working days end on Friday the 13th, fourteen at the end of the month, because
#: Nyepi and Idul Fitri lie in between.
TWO_MONTHS = timedelta(days=60)


def day(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=WIB)


def told(walk: Walk, about: str = "promise") -> list[tuple[str, str]]:
    return [(one.level, one.addressee) for one in walk.notices if one.about == about]


def hourly(walk: Walk, until: datetime) -> Walk:
    """The clock looks every hour."""
    at = walk.at
    while at < until:
        at += timedelta(hours=1)
        walk.the_clock_looks(at)
    walk.at = max(walk.at, until)
    return walk


def registered(**changed: object) -> Walk:
    return Walk(times(**changed), papers=()).arrives()


def returned(**changed: object) -> Walk:
    return registered(**changed).decides(OMAR, "return", reason="Foto buram").arrives()


def test_the_promise_is_warned_of_three_and_one_working_day_before_on_the_day_and_after_it() -> None:
    walk = hourly(registered(), MORNING + TWO_MONTHS)
    at_levels = {one.level: one.at.astimezone(WIB) for one in walk.notices if one.about == "promise"}
    assert at_levels == {
        "h-3": day(3, 10, 8, 1), "h-1": day(3, 12, 8, 1), "h": day(3, 13, 8, 1), "passed": day(3, 14, 0, 1),
    }  # fmt: skip
    desk, supervisor = "desk:verifikasi", "supervisor:verifikasi"
    assert told(walk) == [
        ("h-3", desk),
        ("h-1", desk), ("h-1", supervisor),
        ("h", desk), ("h", supervisor), ("h", "head"),
        ("passed", desk), ("passed", supervisor), ("passed", "head"),
    ]  # fmt: skip
    assert walk.application.wake_at is None


def test_a_desk_is_told_that_its_own_time_is_near_and_its_supervisor_that_it_is_over() -> None:
    walk = hourly(registered(), day(3, 6))
    assert told(walk, "2") == [
        ("near", "desk:verifikasi"), ("passed", "desk:verifikasi"), ("passed", "supervisor:verifikasi"),
    ]  # fmt: skip
    assert [visit.warn_at for visit in walk.open_visits] == [None]


def test_an_entry_tells_what_was_told_to_whom() -> None:
    walk = registered()
    walk.the_clock_looks(day(3, 12, 9))
    said = json.loads(walk.entries[-1].body)
    assert (said["kind"], said["actor"], said["about"]) == ("warned", "auto.clock", "promise")
    assert said["levels"] == ["h-3", "h-1"]
    assert said["told"] == ["desk:verifikasi", "supervisor:verifikasi"]
    assert said["due"] == "2026-03-13T23:59:59+07:00"
    assert json.loads(walk.entries[-2].body)["about"] == "2", "its desk's own time was over before"


def test_a_warning_is_no_reason_to_look_again_for_whoever_is_about_to_decide() -> None:
    walk = registered()
    seen = walk.application.version
    walk.the_clock_looks(day(3, 12, 9))
    assert walk.application.version > seen
    walk.decides(OMAR, "forward", seen_version=seen)
    assert walk.application.step == "sign"


@cache
def steadily_told() -> set[tuple[str, str, datetime, str]]:
    """What is told by a clock that never fails."""
    walk = hourly(registered(legal_limit=BROKEN), MORNING + TWO_MONTHS)
    return {(one.about, one.level, one.due, one.addressee) for one in walk.notices}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_clock_does_each_is_told_once(seed: int) -> None:
    chance = random.Random(seed)
    walk = registered(legal_limit=BROKEN)
    at = walk.at
    while at < MORNING + TWO_MONTHS:
        # Days of silence, two rounds at the same moment, an hour back, two ahead.
        at += timedelta(hours=chance.choice([72, 0, -1, 2, 1, 7, 200]))
        walk.the_clock_looks(at)
    keys = [(one.about, one.level, one.due, one.addressee) for one in walk.notices]
    assert len(keys) == len(set(keys))
    assert set(keys) == steadily_told()
    assert sum(mark is Mark.LIMIT_PASSED for mark in walk.marks) == 1


def test_nothing_is_told_while_the_promise_stands_still_and_anew_once_it_is_due_on_another_day() -> None:
    walk = registered()
    hourly(walk, day(3, 10, 12))
    assert [level for level, _ in told(walk)] == ["h-3"]
    walk.decides(OMAR, "return", reason="Foto buram").arrives()
    hourly(walk, day(3, 13, 23))
    assert [level for level, _ in told(walk)] == ["h-3"]
    walk.decides(IDA, "resubmit").arrives()
    assert walk.application.promise_due == day(3, 26, 23, 59).replace(second=59)
    hourly(walk, day(4, 1))
    dues = {one.due for one in walk.notices if one.about == "promise"}
    assert len(dues) == 2
    assert [level for level, who in told(walk) if who == "desk:verifikasi"] == ["h-3", "h-3", "h-1", "h", "passed"]


def test_what_lay_before_the_promise_began_is_not_warned_of() -> None:
    walk = hourly(registered(working_days=2), day(3, 4, 12))
    assert [level for level, _ in told(walk)] == ["h-1", "h-1", "h", "h", "h"]


def test_minutes_are_warned_of_when_a_third_is_left_and_when_they_are_over() -> None:
    walk = registered(working_days=None, minutes=60)
    walk.the_clock_looks(MORNING + timedelta(minutes=39))
    assert told(walk) == []
    walk.the_clock_looks(MORNING + timedelta(minutes=41))
    walk.the_clock_looks(MORNING + timedelta(minutes=62))
    assert [level for level, who in told(walk) if who == "head"] == ["near", "passed"]


def test_a_document_on_its_way_is_not_held_against_the_desk() -> None:
    walk = Walk(times(), papers=())
    walk.the_clock_looks(day(3, 5))
    assert told(walk, "2") == []
    (visit,) = walk.open_visits
    assert visit.warn_at is not None


def test_an_imported_case_is_nobodys_concern_any_more() -> None:
    walk = registered()
    walk.becomes_imported("case 7")
    walk.the_clock_looks(day(6, 1))
    assert walk.notices == []
    assert walk.application.wake_at is None


def test_the_clock_says_itself_what_the_step_says_when_the_applicants_time_is_over() -> None:
    walk = returned()
    (visit,) = walk.open_visits
    assert visit.due_at == day(3, 9, 23, 59).replace(second=59)
    walk.the_clock_looks(visit.due_at)
    assert walk.application.step == "repair"
    walk.the_clock_looks(visit.due_at + timedelta(seconds=1))
    assert (walk.application.step, walk.application.outcome) == ("stopped", Outcome.STOPPED)
    said = json.loads(walk.entries[-1].body)
    assert (said["decision"], said["actor"], said["role"]) == ("lapse", "auto.clock", "automatic")
    assert walk.last.note is not None
    assert "5 hari kerja" in walk.last.note.text
    assert "09-03-2026" in walk.last.note.text


def test_nobody_is_warned_of_the_applicants_own_time() -> None:
    walk = hourly(returned(), day(3, 9, 23))
    assert [one for one in walk.notices if one.about == "3"] == []


def test_an_officer_may_say_it_by_hand_before_the_clock_has_looked() -> None:
    walk = returned()
    walk.at = day(3, 10, 8)
    walk.decides(IDA, "lapse", reason="Tidak datang")
    assert walk.application.step == "stopped"
    version = walk.application.version
    walk.the_clock_looks(day(3, 10, 10))
    assert walk.application.version == version


def test_what_stays_stopped_ends_when_its_time_is_over() -> None:
    walk = returned()
    walk.the_clock_looks(day(3, 10, 8))
    until = day(4, 9, 8)
    assert walk.application.wake_at == until
    walk.the_clock_looks(until)
    assert walk.application.step == "stopped"
    walk.the_clock_looks(until + timedelta(minutes=1))
    ended = walk.application
    assert (ended.step, ended.outcome, ended.wake_at) == ("lapsed", Outcome.REFUSED, None)
    assert walk.entries[-1].kind == "ended"
    assert walk.last.note is not None
    assert "30 hari kalender" in walk.last.note.text
    with pytest.raises(NotStopped):
        walk.resumed()


def test_what_is_taken_up_again_in_time_does_not_end() -> None:
    walk = returned()
    walk.the_clock_looks(day(3, 10, 8))
    walk.at = day(4, 1, 8)
    walk.resumed().arrives()
    walk.the_clock_looks(day(4, 7, 9))
    assert walk.application.step == "repair"


def test_a_limit_of_the_law_that_is_broken_is_marked_once_and_the_document_stays() -> None:
    walk = hourly(registered(legal_limit=BROKEN), MORNING + TWO_MONTHS)
    assert walk.application.is_open
    assert [visit.desk for visit in walk.open_visits] == ["verifikasi"]
    assert [entry.kind for entry in walk.entries].count("limit-passed") == 1
    assert walk.marks == [Mark.LIMIT_PASSED]
    assert [who for level, who in told(walk, "legal") if level == "passed"] == [
        "desk:verifikasi", "supervisor:verifikasi", "head", "inspectorate",
    ]  # fmt: skip
    walk.at = MORNING + TWO_MONTHS
    walk.decides(OMAR, "refuse", reason="Tidak memenuhi syarat")
    assert walk.application.step == "refused"


def deemed() -> Walk:
    return hourly(registered(legal_limit=DEEMED), day(4, 10))


def test_what_the_law_deems_granted_goes_where_it_is_written_down() -> None:
    walk = registered(legal_limit=DEEMED)
    due = walk.application.legal_due
    assert due is not None
    hourly(walk, day(4, 10))
    assert walk.application.deemed_at == due
    assert walk.application.is_open
    assert [(visit.step, visit.desk) for visit in walk.open_visits] == [("write-down", "kepala-dinas")]
    (entry,) = [json.loads(one.body) for one in walk.entries if one.kind == "deemed"]
    assert (entry["basis"], entry["step"], entry["to"]) == (DEEMED["basis"], "verify", "write-down")
    assert entry["due"] == due.isoformat()
    assert walk.marks == [Mark.DEEMED]
    assert {who for level, who in told(walk, "legal") if level == "passed"} >= {"head", "inspectorate"}


def test_neither_before_nor_after_the_clock_has_looked_can_it_be_refused() -> None:
    walk = registered(legal_limit=DEEMED)
    walk.at = day(4, 10)
    with pytest.raises(LimitPassed):
        walk.decides(OMAR, "refuse", reason="Tidak memenuhi syarat")
    walk.the_clock_looks(walk.at)
    assert walk.book.possible("write-down") == ("issue-deemed",)
    walk.decides(RATNA, "issue-deemed", reason="Batas waktu UU 30/2014 terlewati")
    assert walk.application.outcome is Outcome.GRANTED
    with pytest.raises(ApplicationEnded):
        walk.decides(OMAR, "refuse", reason="Tidak memenuhi syarat")


def test_while_the_applicant_is_waited_for_the_law_goes_before_their_own_time() -> None:
    walk = registered(legal_limit=DEEMED)
    walk.at = day(3, 25, 8)
    walk.decides(OMAR, "return", reason="Foto buram").arrives()
    (visit,) = walk.open_visits
    walk.the_clock_looks(visit.due_at + timedelta(days=1))
    assert walk.application.step == "write-down"
    assert [visit.step for visit in walk.open_visits] == ["write-down"]


def test_it_is_deemed_once() -> None:
    walk = deemed()
    hourly(walk, day(5, 1))
    assert [entry.kind for entry in walk.entries].count("deemed") == 1


def test_the_next_look_lies_ahead_whenever_the_clock_has_looked() -> None:
    for at in (MORNING, day(3, 13, 23, 59).replace(second=59), day(3, 10, 7, 30), datetime(2027, 1, 1, tzinfo=UTC)):
        for walk in (registered(), returned(), registered(legal_limit=DEEMED)):
            walk.the_clock_looks(at)
            looks = [walk.application.wake_at, *(visit.warn_at for visit in walk.open_visits)]
            assert all(one is None or one > at for one in looks)
