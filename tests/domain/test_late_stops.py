"""Whatever stops a clock in the last third of its time is marked: a return, a payment, a pause somebody granted."""

from datetime import datetime, timedelta

import pytest

from routing.domain.granted_pauses import grant
from routing.domain.marks import Mark
from routing.domain.people import MANAGER
from routing.domain.workflow import Workflow
from tests.calendars import indonesia
from tests.domain.people_of_the_mall import EKO, IDA, KEY, OMAR, Walk, person
from tests.domain.route_of_times import STEPS, times
from tests.domain.small_routes import label

HARI = person("hari", MANAGER, None)
#: Who waits for a payment, and who waits for another agency.
WAITING = {
    code: {
        "label": label(code),
        "desks": ["loket-pembayaran"],
        "roles": ["treasurer"],
        "waits_for": waits_for,
        "pause": pause,
        "decisions": {"back": {"label": label("Kembali"), "to": "verify"}},
    }
    for code, waits_for, pause in (("pay", "applicant", "payment"), ("outside", "outside", "outside-agency"))
}


def route(**changed: object) -> Workflow:
    verify = dict(STEPS["verify"])
    ways = {code: {"label": label(code), "to": code} for code in WAITING}
    verify["decisions"] = {**STEPS["verify"]["decisions"], **ways}
    steps = {**STEPS, "verify": verify, **WAITING}
    return times(steps={code: one for code, one in steps.items() if code != "write-down"}, **changed)


def march(day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=indonesia().time_zone)


def marked(decision: str, at: datetime, **changed: object) -> list[Mark]:
    """What Omar's decision at that moment is marked with; received on Monday, 2 March, at eight."""
    walk = Walk(route(**changed), papers=()).arrives()
    # The walk takes an hour and a minute for a decision.
    walk.at = at - timedelta(hours=1, minutes=1)
    walk.decides(OMAR, decision, reason="KTP kabur")
    return walk.marks


#: Nine days: the 3rd to the 13th. Six are over at the close of Tuesday the 10th.
@pytest.mark.parametrize(("decision", "mark"), [
    ("return", Mark.LATE_RETURN), ("pay", Mark.LATE_PAUSE), ("outside", Mark.LATE_PAUSE),
])  # fmt: skip
def test_a_return_and_every_other_stop_is_marked_from_the_last_third_of_the_days_on(decision: str, mark: Mark) -> None:
    assert marked(decision, march(10, 14)) == []
    assert marked(decision, march(11, 9)) == [mark]
    assert marked(decision, march(30)) == [mark]
    assert marked("forward", march(30)) == []


@pytest.mark.parametrize(("decision", "mark"), [("return", Mark.LATE_RETURN), ("pay", Mark.LATE_PAUSE)])
def test_a_promise_in_minutes_has_a_last_third_too(decision: str, mark: Mark) -> None:
    minutes: dict[str, object] = {"working_days": None, "minutes": 180}
    # Eight o'clock and two open hours.
    assert marked(decision, march(2, 9, 59), **minutes) == []
    assert marked(decision, march(2, 10), **minutes) == [mark]
    # Neither the break at noon counts nor the night.
    late: dict[str, object] = {"working_days": None, "minutes": 480}
    assert marked(decision, march(2, 13, 10), **late) == []
    assert marked(decision, march(3, 9), **late) == [mark]


def test_a_promise_of_one_day_has_its_last_third_in_the_open_hours_of_that_day() -> None:
    one: dict[str, object] = {"working_days": 1}
    assert marked("pay", march(2, 15), **one) == []
    # In Ramadan from eight to three, with half an hour at noon: six hours and a half.
    assert marked("pay", march(3, 11), **one) == []
    assert marked("pay", march(3, 14), **one) == [Mark.LATE_PAUSE]


def test_the_last_third_of_the_legal_limit_counts_as_well_as_that_of_the_promise() -> None:
    legal = {"working_days": 3, "basis": "UU 30/2014 pasal 53"}
    assert marked("pay", march(4, 9), legal_limit=legal) == []
    assert marked("pay", march(5, 9), legal_limit=legal) == [Mark.LATE_PAUSE]
    calendar_days = legal | {"working_days": 9, "counts": "calendar-days"}
    assert marked("pay", march(7, 9), legal_limit=calendar_days) == []
    assert marked("pay", march(9, 9), legal_limit=calendar_days) == [Mark.LATE_PAUSE]
    # A limit of the law in days beside a promise in minutes hides nothing.
    assert marked("pay", march(2, 11), legal_limit=legal, working_days=None, minutes=60) == [Mark.LATE_PAUSE]


def test_a_pause_that_is_granted_late_says_both() -> None:
    for day, expected in ((9, [Mark.GRANTED_PAUSE]), (12, [Mark.GRANTED_PAUSE, Mark.LATE_PAUSE])):
        walk = Walk(route(), papers=()).arrives()
        move = grant(
            walk.book, walk.application, walk.open_visits, ledger=walk.ledger, pause="force-majeure", reason="Banjir",
            person=HARI, at=march(day), digest_key=KEY,
        )  # fmt: skip
        assert [mark for _, mark in move.marks] == expected
        said = ",".join(f'"{mark}"' for mark in expected)
        assert f'"marks":[{said}]'.encode() in move.entries[-1].body


def test_time_that_stood_still_brings_nobody_nearer_to_the_last_third() -> None:
    walk = Walk(route(), papers=()).arrives()
    walk.decides(OMAR, "pay")
    walk.at = march(11)
    walk.arrives().decides(EKO, "back").decides(OMAR, "return", reason="KTP kabur")
    assert walk.marks == []
    walk.at = march(30)
    walk.arrives().decides(IDA, "resubmit").decides(OMAR, "outside")
    assert walk.marks == []


def test_what_is_stopped_late_is_still_marked_when_it_is_taken_up_again_into_a_pause() -> None:
    walk = Walk(route(), papers=()).arrives()
    walk.at = march(12)
    walk.decides(OMAR, "return", reason="KTP kabur").arrives()
    walk.the_clock_looks(march(31))
    assert walk.application.step == "stopped"
    walk.at = march(31)
    walk.resumed(IDA)
    assert walk.where[0] == "repair"
    assert walk.marks == [Mark.LATE_RETURN, Mark.LATE_RETURN]
