"""What a pause, a stop or a courier takes from a limit has bounds, and papers that came in time are no silence."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from routing.domain.attachment import Paper, PaperKind
from routing.domain.facts import has_brought_since
from routing.domain.granted_pauses import grant
from routing.domain.handing_in import hand_in
from routing.domain.limits_explained import legal_limit
from routing.domain.move import Move
from routing.domain.papers import attach
from routing.domain.people import MANAGER, Person
from routing.domain.stays import arrive, reassign
from routing.domain.workflow import Outcome, Workflow
from tests.domain.people_of_the_mall import IDA, KEY, MORNING, OMAR, Walk, person
from tests.domain.route_of_times import BROKEN, DEEMED, times

WIB = ZoneInfo("Asia/Jakarta")
HARI = person("hari", MANAGER, None)


def in_march(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=WIB)


def ends(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=WIB)


def registered(**changed: object) -> Walk:
    return Walk(times(**changed), papers=()).arrives()


def returned(**changed: object) -> Walk:
    """On Tuesday, 3 March: the applicant has five working days, until Tuesday the 10th."""
    walk = registered(**changed)
    walk.at = in_march(3)
    return walk.decides(OMAR, "return", reason="Foto buram").arrives()


def granted(walk: Walk, at: datetime) -> Walk:
    walk.at = at
    walk._record(
        grant(walk.book, walk.application, walk.open_visits, ledger=walk.ledger, pause="applicant-request",
              reason="Pemohon bepergian", person=HARI, at=at, digest_key=KEY)
    )  # fmt: skip
    return walk


def brought(walk: Walk, at: datetime) -> Walk:
    walk.at = at
    walk._record(hand_in(walk.book, walk.application, walk.open_visits, ("photo",), person=IDA, at=at))
    return walk


def with_photo(**changed: object) -> Workflow:
    photo = {"photo": {"label": {"id": "Foto", "en": "Photo"}, "required": False}}
    return times(**changed, requirements=photo)


def test_a_pause_that_is_granted_stops_the_limit_of_the_law_for_so_many_days_and_no_more() -> None:
    walk = registered(legal_limit={**BROKEN, "most_suspended": 3})
    due = walk.application.legal_due
    granted(walk, in_march(4))
    assert walk.application.promise_due is None, "the promise waits as long as the pause lasts"
    # Fourteen working days end on Friday, 27 March; three more on Wednesday, 1 April.
    assert (due, walk.application.legal_due) == (ends(date(2026, 3, 27)), ends(date(2026, 4, 1)))
    assert walk.application.wake_at is not None, "it is warned of meanwhile"
    told = legal_limit(walk.book.workflow, walk.application, walk.book.calendar, walk.ledger, in_march(12))
    assert told is not None
    assert told.explained is not None
    assert told.explained.cap_used_up == date(2026, 3, 9)


def test_the_applicants_own_turn_stops_it_without_bound() -> None:
    walk = returned(legal_limit={**BROKEN, "most_suspended": 0})
    assert walk.application.legal_due is None


def test_a_limit_that_nothing_stops_goes_on_from_when_it_began_through_a_stop() -> None:
    walk = returned(legal_limit={**BROKEN, "pauses": False})
    due = walk.application.legal_due
    walk.the_clock_looks(in_march(11))
    assert walk.application.outcome is Outcome.STOPPED
    walk.at = in_march(13)
    walk.resumed(reason="Pemohon kembali")
    assert walk.application.legal_due == due
    told = legal_limit(walk.book.workflow, walk.application, walk.book.calendar, walk.ledger, walk.at)
    assert told is not None
    assert told.explained is not None
    assert told.explained.due_at == due


def test_a_repair_that_is_passed_on_and_arrives_late_gets_back_what_the_courier_took_and_no_more() -> None:
    route = times()
    desks = {"desks": ("loket-pendaftaran", "loket-penyerahan")}
    steps = {code: one.model_copy(update=desks) if code == "repair" else one for code, one in route.steps.items()}
    walk = Walk(route.model_copy(update={"steps": steps}), papers=())
    walk.at = in_march(3)
    walk.decides(OMAR, "return", reason="Foto", next_desk="loket-pendaftaran").arrives()
    (visit,) = walk.open_visits
    assert visit.due_at == ends(date(2026, 3, 10))
    walk.at = in_march(9)
    walk._record(reassign(walk.book, walk.application, visit, desk="loket-penyerahan", person=HARI, at=walk.at))
    (visit,) = walk.open_visits
    walk.at = in_march(11)
    walk._record(arrive(walk.book, walk.application, visit, now=walk.at))
    (visit,) = walk.open_visits
    assert (visit.due_at, visit.warn_at) == (ends(date(2026, 3, 11)),) * 2


def test_who_has_brought_something_in_time_is_not_stopped_but_the_desk_is_told_to_decide() -> None:
    walk = Walk(with_photo(), papers=()).arrives()
    walk.at = in_march(3)
    walk.decides(OMAR, "return", reason="Foto buram").arrives()
    brought(walk, in_march(10, 14))
    for hour in range(1, 60):
        walk.the_clock_looks(ends(date(2026, 3, 10)) + timedelta(hours=hour))
    assert walk.application.step == "repair"
    assert [(one.level, one.addressee) for one in walk.notices if one.about.isdigit()][-2:] == [
        ("brought", "desk:loket-pendaftaran"), ("brought", "supervisor:loket-pendaftaran"),
    ]  # fmt: skip
    assert [json.loads(one.body)["levels"] for one in walk.entries if one.kind == "warned"].count(["brought"]) == 1
    walk.at = in_march(13)
    seen = walk.application.version
    walk.decides(IDA, "resubmit", seen_version=seen)
    assert walk.application.step == "verify"


def test_the_desk_may_let_it_lapse_all_the_same() -> None:
    walk = brought(
        Walk(with_photo(), papers=()).arrives().decides(OMAR, "return", reason="Foto").arrives(), in_march(4)
    )
    walk.the_clock_looks(in_march(11))
    walk.at = in_march(11)
    walk.decides(IDA, "lapse", reason="Yang dibawa bukan yang diminta")
    assert walk.application.outcome is Outcome.STOPPED


def test_what_was_brought_before_the_return_is_no_answer_to_it() -> None:
    walk = Walk(with_photo(), papers=()).arrives().decides(OMAR, "return", reason="Foto").arrives()
    brought(walk, in_march(3)).decides(IDA, "resubmit").arrives()
    walk.at = in_march(4)
    walk.decides(OMAR, "return", reason="Foto masih buram").arrives()
    walk.the_clock_looks(in_march(16))
    assert walk.application.outcome is Outcome.STOPPED


def test_a_file_that_was_attached_counts_as_brought_from_the_counter_and_not_from_a_desk_of_the_office() -> None:
    paper = Paper(requirement="photo", sha256="0" * 64, kind=PaperKind.PNG, bytes=3)
    walk = Walk(with_photo(), papers=()).arrives().decides(OMAR, "return", reason="Foto buram").arrives()

    def attached(by: Person) -> Move:
        move = attach(walk.book, walk.application, walk.open_visits, [paper], attached=[], person=by, at=walk.at,
                      digest_key=KEY)  # fmt: skip
        assert move is not None
        return move

    assert has_brought_since(attached(IDA).after.facts, walk.at)
    walk.decides(IDA, "resubmit").held_by(OMAR)
    assert not has_brought_since(attached(OMAR).after.facts, MORNING)


def test_passed_on_what_was_brought_before_still_counts() -> None:
    route = with_photo()
    desks = {"desks": ("loket-pendaftaran", "loket-penyerahan")}
    steps = {code: one.model_copy(update=desks) if code == "repair" else one for code, one in route.steps.items()}
    walk = Walk(route.model_copy(update={"steps": steps}), papers=()).arrives()
    walk.decides(OMAR, "return", reason="Foto", next_desk="loket-pendaftaran").arrives()
    brought(walk, in_march(4))
    (visit,) = walk.open_visits
    walk.at = in_march(5)
    walk._record(reassign(walk.book, walk.application, visit, desk="loket-penyerahan", person=HARI, at=walk.at))
    walk.arrives()
    walk.the_clock_looks(in_march(16))
    assert walk.application.step == "repair"


def test_the_law_goes_before_what_was_brought() -> None:
    walk = Walk(with_photo(legal_limit=DEEMED), papers=()).arrives()
    walk.at = in_march(25)
    brought(walk.decides(OMAR, "return", reason="Foto buram").arrives(), in_march(26))
    walk.the_clock_looks(datetime(2026, 4, 8, 9, tzinfo=WIB))
    assert walk.application.step == "write-down"
