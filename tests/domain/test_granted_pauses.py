"""A manager lets a promise stand still and go on: who may, what the ledger says, and what desks are charged with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.calendar_days import AddDaysOff
from routing.domain.conditions import NotOverdueYet
from routing.domain.due_dates import due_at, given_back
from routing.domain.errors import (
    ApplicationEnded,
    MalformedField,
    NotAllowed,
    Refusal,
    StaleVersion,
    TextTooLong,
)
from routing.domain.granted_pauses import (
    NotGrantable,
    NotPaused,
    PausedAlready,
    PauseReasonMissing,
    go_on,
    grant,
)
from routing.domain.ledger import Interval, Measure, due_day, granted_pause
from routing.domain.marks import Mark
from routing.domain.people import MANAGER, Person
from routing.domain.preconditions import OwnApplication
from routing.domain.stays import reassign
from routing.domain.time_limits import Pause
from routing.domain.workflow import Step
from routing.domain.working_calendar import DayOffKind
from tests.calendars import indonesia
from tests.domain.calendars import after
from tests.domain.people_of_the_mall import IDA, KEY, OMAR, Walk, person
from tests.domain.route_of_times import BROKEN, times

HARI = person("hari", MANAGER, None)
JAKARTA = ZoneInfo("Asia/Jakarta")
CALENDAR = indonesia()


def registered(**changed: object) -> Walk:
    """Registered on Monday, 2 March 2026; two working days at the verification desk."""
    return Walk(times(**changed), papers=()).arrives()


def granted(
    walk: Walk,
    at: datetime,
    *,
    pause: str = "force-majeure",
    reason: str = "Banjir",
    instrument: str = "",
    by: Person = HARI,
) -> Walk:
    walk.at = at
    move = grant(
        walk.book, walk.application, walk.open_visits, ledger=walk.ledger, pause=pause, reason=reason,
        instrument=instrument, person=by, at=at, digest_key=KEY,
    )  # fmt: skip
    walk._record(move)
    return walk


def goes_on(walk: Walk, at: datetime, *, by: Person = HARI, reason: str = "Air surut") -> Walk:
    walk.at = at
    move = go_on(
        walk.book, walk.application, walk.open_visits, ledger=walk.ledger, reason=reason, person=by, at=at,
        digest_key=KEY,
    )  # fmt: skip
    walk._record(move)
    return walk


def in_march(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=JAKARTA)


def ends(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), JAKARTA)


def due(walk: Walk) -> datetime | None:
    return walk.application.promise_due


def pauses(walk: Walk) -> list[Pause | None]:
    return [one.pause for one in walk.ledger]


def test_days_in_a_granted_pause_do_not_count() -> None:
    walk = registered()
    assert due(walk) == ends(date(2026, 3, 13))
    granted(walk, in_march(3), instrument="800/12/2026")
    assert due(walk) is None
    assert walk.application.wake_at is None
    assert pauses(walk) == [None, Pause.FORCE_MAJEURE]
    assert walk.ledger[-1].granted_by == "hari"
    goes_on(walk, in_march(6))
    assert pauses(walk) == [None, Pause.FORCE_MAJEURE, None]
    # It stood still when the office closed on Tuesday, Wednesday and Thursday; the 18th to the 24th are off.
    assert walk.application.promise_due == ends(date(2026, 3, 25))


def test_every_granted_pause_is_marked_and_its_letter_is_in_the_log() -> None:
    walk = granted(registered(), in_march(3), pause="applicant-request", instrument=" 800/12/2026 ")
    assert walk.marks == [Mark.GRANTED_PAUSE]
    said = walk.entries[-1].body
    assert b'"letter":"800/12/2026"' in said
    assert b'"marks":["granted-pause"]' in said
    assert b"Banjir" not in said
    assert walk.last.note is not None
    assert walk.last.note.text == "Banjir"


REFUSED: list[tuple[str, dict[str, object], type[Refusal], str]] = [
    ("no manager", {"by": OMAR}, NotAllowed, "manager"),
    ("of a route", {"pause": "repair"}, NotGrantable, "applicant-request, force-majeure"),
    ("unheard of", {"pause": "libur"}, NotGrantable, "libur"),
    ("no reason", {"reason": " "}, PauseReasonMissing, "why"),
    ("too long", {"reason": "x" * 4_001}, TextTooLong, "4001"),
    ("NUL", {"reason": "ban\x00jir"}, MalformedField, "NUL"),
    ("a letter that is none", {"instrument": "?"}, MalformedField, "letter"),
]


@pytest.mark.parametrize(("said", "refusal", "told"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_granted_is_told(said: dict[str, object], refusal: type[Refusal], told: str) -> None:
    with pytest.raises(refusal, match=told):
        granted(registered(), in_march(3), **said)  # type: ignore[arg-type]


def test_one_pause_is_granted_at_a_time_and_only_what_was_granted_is_ended() -> None:
    walk = registered()
    with pytest.raises(NotPaused):
        goes_on(walk, in_march(3))
    granted(walk, in_march(3))
    with pytest.raises(PausedAlready, match="hari"):
        granted(walk, in_march(4), pause="applicant-request")
    with pytest.raises(PauseReasonMissing):
        goes_on(walk, in_march(4), reason="")
    with pytest.raises(NotAllowed):
        goes_on(walk, in_march(4), by=IDA)
    goes_on(walk, in_march(4))
    with pytest.raises(NotPaused):
        goes_on(walk, in_march(5))


def test_nobody_grants_their_own_application_a_pause() -> None:
    walk = registered()
    walk.application = replace(walk.application, applicant_index=b"x" * 32)
    with pytest.raises(OwnApplication):
        granted(walk, in_march(3), by=replace(HARI, nik_index=b"x" * 32))


def test_an_ended_application_stands_still_no_more() -> None:
    walk = granted(registered(), in_march(3)).decides(OMAR, "refuse", reason="Palsu")
    assert walk.application.outcome is not None
    assert walk.ledger[-1].until == walk.at
    with pytest.raises(ApplicationEnded):
        goes_on(walk, in_march(5))
    with pytest.raises(ApplicationEnded):
        granted(walk, in_march(5))


def test_who_grants_a_pause_has_seen_the_latest() -> None:
    walk = registered()
    with pytest.raises(StaleVersion):
        grant(walk.book, walk.application, walk.open_visits, ledger=walk.ledger, pause="force-majeure", reason="x",
              person=HARI, at=walk.at, digest_key=KEY, seen_version=1)  # fmt: skip


def test_the_desks_may_decide_meanwhile_and_it_stands_still_all_the_same() -> None:
    walk = granted(registered(), in_march(3)).decides(OMAR, "forward")
    assert walk.application.step == "sign"
    assert granted_pause(walk.ledger) is not None
    assert walk.application.promise_due is None


def test_a_repair_in_a_granted_pause_is_waited_for_when_the_pause_is_over() -> None:
    walk = granted(registered(), in_march(3)).decides(OMAR, "return", reason="Foto")
    assert pauses(walk) == [None, Pause.FORCE_MAJEURE]
    goes_on(walk, in_march(9))
    assert pauses(walk) == [None, Pause.FORCE_MAJEURE, Pause.REPAIR]
    assert walk.application.promise_due is None


def test_force_majeure_can_be_granted_while_the_applicant_repairs() -> None:
    walk = registered().decides(OMAR, "return", reason="Foto")
    due = walk.open_visits[0].due_at
    granted(walk, in_march(3, 14))
    assert pauses(walk) == [None, Pause.REPAIR, Pause.FORCE_MAJEURE]
    # The applicant is not told that their time is over, because it is not.
    walk.the_clock_looks(due + timedelta(days=3))
    assert walk.application.is_open
    walk.at = due + timedelta(days=3)
    with pytest.raises(NotOverdueYet):
        walk.decides(IDA, "lapse", reason="Waktu lewat")
    goes_on(walk, due + timedelta(days=5))
    assert walk.open_visits[0].due_at > due + timedelta(days=5)
    assert walk.open_visits[0].warn_at == walk.open_visits[0].due_at


def test_no_desk_is_warned_while_it_stands_still_and_each_gets_its_days_back() -> None:
    walk = registered()
    (visit,) = walk.open_visits
    assert (visit.due_at, visit.warn_at) == (ends(date(2026, 3, 4)), in_march(3, 8))
    granted(walk, in_march(3, 7))
    assert walk.open_visits[0].warn_at is None
    walk.the_clock_looks(in_march(12))
    assert walk.notices == []
    goes_on(walk, in_march(12, 11))
    (visit,) = walk.open_visits
    # Seven closings of business went by; of the two days both are left: Thursday and Friday.
    assert (visit.due_at, visit.warn_at) == (ends(date(2026, 3, 13)), in_march(12, 8))
    assert visit.version == 2


def test_what_is_sent_on_in_a_granted_pause_is_not_warned_of_either() -> None:
    limit = {"working_days": 3}
    walk = registered()
    steps = {code: step.model_copy(update=limit) if code == "sign" else step for code, step in
             walk.book.workflow.steps.items()}  # fmt: skip
    walk = Walk(walk.book.workflow.model_copy(update={"steps": steps}), papers=()).arrives()
    granted(walk, in_march(3)).decides(OMAR, "forward")
    assert walk.open_visits[0].warn_at is None
    walk.arrives()
    goes_on(walk, in_march(9))
    assert walk.open_visits[0].due_at == ends(date(2026, 3, 11))
    assert walk.open_visits[0].warn_at is not None


def test_what_is_passed_on_in_a_granted_pause_is_not_warned_of_and_loses_no_day_of_the_applicants() -> None:
    route = times()
    desks = {"desks": ("loket-pendaftaran", "loket-penyerahan")}
    steps = {code: one.model_copy(update=desks) if code == "repair" else one for code, one in route.steps.items()}
    walk = Walk(route.model_copy(update={"steps": steps}), papers=())
    walk.decides(OMAR, "return", reason="Foto", next_desk="loket-pendaftaran").arrives()
    (visit,) = walk.open_visits
    due = visit.due_at
    granted(walk, in_march(3))
    walk.at = in_march(5)
    walk._record(reassign(walk.book, walk.application, visit, desk="loket-penyerahan", person=HARI, at=walk.at,
                          ledger=walk.ledger))  # fmt: skip
    assert walk.open_visits[0].warn_at is None
    goes_on(walk, in_march(6))
    (visit,) = walk.open_visits
    # Until Monday, and three days stood still: two with the first counter, one with the second.
    assert (due, visit.due_at, visit.warn_at) == (ends(date(2026, 3, 9)), *[ends(date(2026, 3, 12))] * 2)


def test_a_calendar_change_counts_a_desk_without_its_granted_pause() -> None:
    walk = goes_on(granted(registered(), in_march(3, 7)), in_march(12, 11))
    due = walk.open_visits[0].due_at
    off = AddDaysOff(since=date(2026, 3, 13), name="Hari jadi", kind=DayOffKind.LOCAL)
    walk.at = in_march(12, 12)
    walk.recounted(after(off, CALENDAR))
    assert (due, walk.open_visits[0].due_at) == (ends(date(2026, 3, 13)), ends(date(2026, 3, 16)))


def test_a_limit_of_the_law_that_does_not_pause_is_not_stopped_by_anybody() -> None:
    walk = registered(legal_limit={**BROKEN, "pauses": False})
    due = walk.application.legal_due
    granted(walk, in_march(3))
    assert walk.application.legal_due == due
    assert walk.application.wake_at is not None


MOMENTS = st.integers(0, 60 * 24 * 40).map(lambda minute: in_march(1, 0) + timedelta(minutes=minute))


@settings(max_examples=150, deadline=None)
@given(days=st.integers(0, 12), moments=st.lists(MOMENTS, min_size=5, max_size=5).map(sorted))
def test_days_given_back_are_the_days_counted_without_the_pauses(days: int, moments: Sequence[datetime]) -> None:
    """Counted another way: by the ledger, as a promise is."""
    since, *at = moments
    step = registered().book.workflow.steps["verify"].model_copy(update={"working_days": days})
    ledger = [_interval(no, pause, begins, ends) for no, (pause, begins, ends) in enumerate((
        (None, since, at[0]), (Pause.FORCE_MAJEURE, at[0], at[1]), (None, at[1], at[2]),
        (Pause.APPLICANT_REQUEST, at[2], at[3]), (None, at[3], None),
    ), start=1)]  # fmt: skip
    day = due_day(CALENDAR.working, CALENDAR, Measure(count=days), ledger)
    assert day is not None
    assert due_at(step, "verifikasi", since, CALENDAR, ledger) == ends(day)


@settings(max_examples=60, deadline=None)
@given(minutes=st.integers(1, 2_000), moments=st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_minutes_given_back_are_the_open_minutes_of_the_pause(minutes: int, moments: Sequence[datetime]) -> None:
    since, begun, over = moments
    step = _in_minutes(minutes)
    due = due_at(step, "verifikasi", since, CALENDAR)
    later = given_back(step, "verifikasi", since, due, paused=(begun, over), calendar=CALENDAR)
    if due <= begun:
        assert later == due
    else:
        charged = CALENDAR.minutes_between(since, begun) + CALENDAR.minutes_between(over, later)
        assert charged == pytest.approx(minutes)


def _in_minutes(minutes: int) -> Step:
    return registered().book.workflow.steps["verify"].model_copy(update={"working_days": None, "minutes": minutes})


def _interval(no: int, pause: Pause | None, since: datetime, until: datetime | None) -> Interval:
    return Interval(application_id=1, no=no, pause=pause, since=since, until=until, granted_by="hari")
