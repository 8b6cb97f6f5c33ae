"""With its answer the office has kept its promise and the law, or has not: nobody is late because an applicant is."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.domain.calendar_days import AddDaysOff
from routing.domain.conditions import LimitPassed
from routing.domain.crossing import Crossing
from routing.domain.granted_pauses import NothingToPause, NotPaused, go_on, grant
from routing.domain.limits_explained import legal_limit, promise_limit
from routing.domain.marks import Mark
from routing.domain.migration import Order, migrate
from routing.domain.people import MANAGER
from routing.domain.workflow import Outcome
from routing.domain.working_calendar import DayOffKind
from tests.calendars import counted, indonesia
from tests.domain.calendars import after
from tests.domain.people_of_the_mall import BUDI, KEY, MORNING, OMAR, RATNA, Walk, person
from tests.domain.route_of_answers import handing_over
from tests.domain.route_of_times import BROKEN, DEEMED, times

WIB = ZoneInfo("Asia/Jakarta")
HARI = person("hari", MANAGER, None)
#: Fourteen working days from Monday, 2 March 2026 end on the 27th; what is fetched in May is late for anything.
IN_MAY = datetime(2026, 5, 20, 9, tzinfo=WIB)


def signed(**changed: object) -> Walk:
    """Registered on Monday, signed on the same day, and lying at the counter since."""
    walk = Walk(handing_over(**changed), papers=()).arrives()  # type: ignore[arg-type]
    return walk.decides(OMAR, "forward").decides(RATNA, "sign").arrives()


def hourly(walk: Walk, until: datetime) -> Walk:
    while walk.at < until:
        walk.at += timedelta(hours=5)
        walk.the_clock_looks(walk.at)
    return walk


@pytest.mark.parametrize("limit", [DEEMED, BROKEN], ids=["deemed granted", "broken"])
def test_what_is_signed_in_time_and_fetched_late_is_neither_late_nor_deemed_granted(limit: dict[str, object]) -> None:
    walk = signed(legal_limit=limit)
    was = walk.application
    assert was.answered_at is not None
    assert was.promise_due is not None
    assert was.legal_due is not None
    hourly(walk, IN_MAY)
    assert [one.about for one in walk.notices if not one.about.isdigit()] == []
    assert [one.addressee for one in walk.notices] != [], "the counter is told of its own time all the same"
    walk.decides(BUDI, "hand-over")
    now = walk.application
    assert (now.outcome, now.deemed_at, walk.marks) == (Outcome.GRANTED, None, [])
    assert (now.answered_at, now.promise_due, now.legal_due) == (was.answered_at, was.promise_due, was.legal_due)
    book = walk.book
    for told in (promise_limit, legal_limit):
        limit_told = told(book.workflow, now, book.calendar, walk.ledger, walk.at)
        assert limit_told is not None
        assert limit_told.explained is not None
        assert not limit_told.is_late


def test_where_nothing_is_marked_time_runs_until_it_is_fetched() -> None:
    walk = hourly(signed(legal_limit=DEEMED, answers=False), IN_MAY)
    assert walk.application.answered_at is None
    assert walk.marks == [Mark.DEEMED]


def test_an_answer_that_came_late_stays_late() -> None:
    walk = Walk(handing_over(legal_limit=BROKEN), papers=()).arrives().decides(OMAR, "forward")
    hourly(walk, datetime(2026, 4, 2, 9, tzinfo=WIB))
    walk.decides(RATNA, "sign").arrives()
    told = legal_limit(walk.book.workflow, walk.application, walk.book.calendar, walk.ledger, walk.at)
    assert told is not None
    assert told.is_late
    assert walk.marks == [Mark.LIMIT_PASSED]


def test_the_entry_tells_that_it_is_the_answer() -> None:
    walk = signed()
    said = json.loads(walk.entries[-2].body)
    assert (said["decision"], said["clock"]["state"]) == ("sign", "answered")
    assert walk.application.answered_at == datetime.fromisoformat(said["at"])
    assert walk.ledger[-1].until == walk.application.answered_at


def test_what_was_due_at_the_answer_stays_whatever_days_are_off_afterwards() -> None:
    walk = signed(legal_limit=DEEMED)
    was = walk.application
    (lies,) = walk.open_visits
    off = AddDaysOff(since=date(2026, 3, 3), name="Hari jadi", kind=DayOffKind.LOCAL)
    walk.recounted(after(off, indonesia()))
    assert (walk.application.promise_due, walk.application.legal_due) == (was.promise_due, was.legal_due)
    assert walk.application.wake_at is None
    assert lies.due_at == walk.open_visits[0].due_at


def test_an_answer_that_is_taken_back_was_none_and_the_auditor_is_told() -> None:
    untouched = Walk(handing_over(legal_limit=DEEMED), papers=()).arrives().decides(OMAR, "forward").arrives()
    walk = signed(legal_limit=DEEMED)
    walk.at = datetime(2026, 3, 16, 9, tzinfo=WIB)
    walk.decides(BUDI, "misspelt", reason="Nama salah tulis").arrives()
    now = walk.application
    assert now.answered_at is None
    assert (now.promise_due, now.legal_due) == (untouched.application.promise_due, untouched.application.legal_due)
    assert walk.marks == [Mark.TAKEN_BACK]
    hourly(walk, datetime(2026, 4, 2, 9, tzinfo=WIB))
    assert walk.application.deemed_at == now.legal_due


def test_an_answer_that_is_taken_back_after_the_limit_does_not_undo_what_the_law_has_made_of_it() -> None:
    walk = signed(legal_limit=DEEMED)
    walk.at = IN_MAY
    walk.decides(BUDI, "misspelt", reason="Nama salah tulis").arrives()
    with pytest.raises(LimitPassed):
        walk.decides(RATNA, "refuse", reason="Berubah pikiran")
    walk.the_clock_looks(walk.at)
    assert walk.application.step == "write-down"


def test_once_answered_there_is_nothing_to_pause() -> None:
    walk = signed()
    with pytest.raises(NothingToPause):
        grant(walk.book, walk.application, walk.open_visits, ledger=walk.ledger, pause="applicant-request",
              reason="Pemohon bepergian", person=HARI, at=walk.at, digest_key=KEY)  # fmt: skip


def test_a_pause_that_was_granted_does_not_outlast_the_answer() -> None:
    walk = Walk(handing_over(), papers=()).arrives().decides(OMAR, "forward").arrives()
    walk._record(
        grant(walk.book, walk.application, walk.open_visits, ledger=walk.ledger, pause="force-majeure", reason="Banjir",
              person=HARI, at=walk.at, digest_key=KEY)
    )  # fmt: skip
    walk.decides(RATNA, "sign").arrives()
    assert walk.ledger[-1].until == walk.application.answered_at
    assert walk.open_visits[0].warn_at is not None, "the counter is warned of its own time again"
    with pytest.raises(NotPaused):
        go_on(walk.book, walk.application, walk.open_visits, ledger=walk.ledger, reason="Surut", person=HARI,
              at=walk.at, digest_key=KEY)  # fmt: skip


def test_what_lies_behind_the_answer_of_a_new_version_is_answered_when_it_goes_over() -> None:
    walk = signed(answers=False, legal_limit=DEEMED)
    walk.at += timedelta(days=2)
    new = counted(handing_over(legal_limit=DEEMED))
    closed = [one for one in walk.visits.values() if not one.is_open]
    order = Order(by="agus", at=walk.at, digest_key=KEY)
    move = migrate(
        Crossing(old=walk.book, new=new), walk.application, walk.open_visits, closed, order, ledger=walk.ledger
    )
    walk.books[walk.book.workflow.content_hash] = walk.book
    walk.book = new
    walk._record(move)
    assert walk.application.answered_at == walk.at
    assert hourly(walk, IN_MAY).application.deemed_at is None


def test_a_route_that_marks_nothing_is_published_under_the_name_it_had() -> None:
    bare = times(legal_limit={"working_days": 14, "basis": "UU 30/2014 pasal 53"})
    for key in (b"completes", b"most_suspended"):
        assert key not in bare.canonical
    assert b"answers" not in handing_over(answers=False).canonical


def test_where_a_later_desk_declares_the_file_complete_the_promise_begins_there() -> None:
    walk = Walk(handing_over(completes=True, legal_limit=DEEMED), papers=()).arrives()
    now = walk.application
    assert (walk.ledger, now.promise_due, now.legal_due, now.wake_at) == ((), None, None, None)
    told = promise_limit(walk.book.workflow, now, walk.book.calendar, walk.ledger, walk.at)
    assert told is not None
    assert (told.is_incomplete, told.is_late) == (True, False)
    with pytest.raises(NothingToPause):
        grant(walk.book, now, walk.open_visits, ledger=walk.ledger, pause="applicant-request", reason="Bepergian",
              person=HARI, at=walk.at, digest_key=KEY)  # fmt: skip
    walk.at = MORNING + timedelta(days=7)
    walk.decides(OMAR, "return", reason="Foto buram").arrives()
    assert [*walk.ledger] == [], "before it is complete nothing stands still either"
    walk.at += timedelta(days=1)
    walk.decides(person("ida", "front-desk", "loket-pendaftaran"), "resubmit").arrives().decides(OMAR, "forward")
    (runs,) = walk.ledger
    assert (runs.since, runs.pause) == (walk.at, None)
    # Nine working days from Tuesday, 10 March; Nyepi and Idul Fitri lie in between.
    assert walk.application.promise_due == datetime(2026, 3, 30, 23, 59, 59, tzinfo=WIB)
