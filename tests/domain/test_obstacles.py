"""A desk reports an obstacle before its time is over; supervisor and head are told, and nothing stands still by it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.domain.errors import NotAllowed, StillOnItsWay
from routing.domain.notices import Notice, addressed_to
from routing.domain.obstacles import ObstacleReported, ObstacleTooLate, ObstacleUnnamed, raise_obstacle
from routing.domain.people import AUDITOR, MANAGER, SUPERVISOR, Assignment, Person
from routing.domain.preconditions import OwnApplication
from tests.domain.people_of_the_mall import IDA, KEY, LAST_YEAR, MORNING, OMAR, Walk, person
from tests.domain.route_of_times import times
from tests.domain.test_granted_pauses import goes_on, granted, in_march

DUE = datetime.combine(date(2026, 3, 4), time(23, 59, 59), ZoneInfo("Asia/Jakarta"))


def begun() -> Walk:
    """At the verification desk until Wednesday, 4 March 2026."""
    return Walk(times(), papers=()).arrives()


def reported(walk: Walk, at: datetime | None = None, *, by: Person = OMAR, reason: str = "Server mati") -> Walk:
    walk.at = at or walk.at
    (visit,) = walk.open_visits
    move = raise_obstacle(
        walk.book, walk.application, visit, ledger=walk.ledger, reason=reason, person=by, at=walk.at, digest_key=KEY
    )
    walk._record(move)
    return walk


def test_supervisor_and_head_are_told_at_once() -> None:
    walk = reported(begun())
    assert walk.notices == [
        Notice(application_id=7, about="2", level="obstacle", due=DUE, addressee=to, at=walk.at)
        for to in ("supervisor:verifikasi", "head")
    ]
    assert walk.open_visits[0].obstacle_at == walk.at
    assert walk.entries[-1].kind == "obstacle-raised"
    assert b"Server mati" not in walk.entries[-1].body
    assert walk.last.note is not None


def test_the_promise_runs_on_and_whoever_decides_need_not_look_again() -> None:
    walk = begun()
    before, seen = walk.application, walk.application.version
    reported(walk)
    assert (walk.application.promise_due, walk.last.intervals) == (before.promise_due, ())
    assert walk.decides(OMAR, "forward", seen_version=seen).application.step == "sign"


def test_it_is_reported_once_a_visit() -> None:
    walk = reported(begun())
    with pytest.raises(ObstacleReported, match="verifikasi"):
        reported(walk)


def test_it_is_reported_before_the_time_is_over() -> None:
    assert reported(begun(), DUE).notices
    with pytest.raises(ObstacleTooLate, match="2026-03-04"):
        reported(begun(), DUE + timedelta(seconds=1))


def test_time_that_stands_still_is_not_over() -> None:
    walk = granted(begun(), in_march(3))
    assert reported(walk, in_march(12)).open_visits[0].obstacle_at == in_march(12)
    goes_on(walk, in_march(13))
    assert walk.open_visits[0].obstacle_at == in_march(12)


def test_only_the_desk_that_has_the_document_reports_and_in_words() -> None:
    with pytest.raises(NotAllowed):
        reported(begun(), by=IDA)
    with pytest.raises(NotAllowed):
        reported(begun(), by=person("surya", SUPERVISOR, "verifikasi"))
    with pytest.raises(ObstacleUnnamed):
        reported(begun(), reason=" \n")
    with pytest.raises(StillOnItsWay):
        reported(Walk(times(), papers=()))
    walk = begun()
    walk.application = replace(walk.application, applicant_index=b"x" * 32)
    with pytest.raises(OwnApplication):
        reported(walk, by=replace(OMAR, nik_index=b"x" * 32))


def test_a_colleague_reports_for_a_holder_who_is_away() -> None:
    assert reported(begun().held_by(OMAR), by=person("joko", "verifier", "verifikasi")).notices


def test_everybody_is_told_what_concerns_their_roles_of_today() -> None:
    over = Assignment(role="verifier", desk="penomoran", since=LAST_YEAR, until=MORNING)
    over_them = Assignment(role=SUPERVISOR, desk="verifikasi", since=LAST_YEAR)
    surya = replace(OMAR, assignments=(*OMAR.assignments, over_them, over))
    assert addressed_to(surya, MORNING) == ("desk:verifikasi", "supervisor:verifikasi")
    assert addressed_to(person("hari", MANAGER, None), MORNING) == ("head",)
    assert addressed_to(person("agus", AUDITOR, None), MORNING) == ("inspectorate",)
    assert addressed_to(person("rina", "administrator", None), MORNING) == ()
    assert addressed_to(replace(surya, is_closed=True), MORNING) == ()
