"""The working calendar over the API: read by everybody with a token, changed by the administrator's."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.web.api.programs import Program, problem

PILKADA = {"what": "add", "since": "2026-11-25", "name": "Pilkada", "reason": "Pemilihan", "decree": "SK 1/2026"}


@pytest.fixture
def rina(program: Callable[[str], Program]) -> Program:
    return program("rina")


def test_a_years_days_off_and_a_due_day_are_told_with_names_and_marks(program: Callable[[str], Program]) -> None:
    said = program("ida").get("/calendar", year=2027).json()
    assert (said["version"], said["is_in_force"], said["zone"], said["decree"]) == (1, True, "Asia/Jakarta", None)
    days = {one["day"]: one for one in said["days_off"]}
    assert len(days) == 26
    assert days["2027-03-10"] == {
        "day": "2027-03-10",
        "name": "Hari Raya Idul Fitri",
        "kind": "public",
        "is_estimated": True,
        "decree": None,
    }
    assert days["2027-12-24"]["kind"] == "collective-leave"
    assert said["hours"] == "mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30"
    assert [(one["since"], one["until"]) for one in said["seasons"]] == [("2027-02-08", "2027-03-09")]
    everything = program("ida").get("/calendar").json()["days_off"]
    assert {one["day"][:4] for one in everything} == {str(year) for year in range(2000, 2037)}
    said = program("ida").get("/calendar/due", **{"from": "2026-03-13", "working_days": 5}).json()
    assert (said["due"], said["version"], said["is_estimated"]) == ("2026-03-27", 1, False)
    assert len(said["skipped"]) == 9
    assert said["skipped"][0] == {"day": "2026-03-14", "is_weekend": True, "day_off": None}
    assert said["skipped"][2]["day_off"]["name"] == "Cuti Bersama Hari Suci Nyepi"


def test_the_administrators_program_changes_the_calendar_once(rina: Program, program: Callable[[str], Program]) -> None:
    first = rina.post("/calendar/changes", PILKADA, key="satu")
    assert first.status_code == 200, first.text
    assert first.json()["version"] == 2
    assert rina.post("/calendar/changes", PILKADA, key="satu").content == first.content
    problem(rina.post("/calendar/changes", {**PILKADA, "name": "x"}, key="satu"), 422, "idempotency_key_reused")
    problem(rina.post("/calendar/changes", PILKADA), 409, "already_off")
    problem(program("ida").post("/calendar/changes", PILKADA), 403, "not_allowed")
    assert rina.get("/calendar/due", **{"from": "2026-11-24", "working_days": 1}).json()["due"] == "2026-11-26"
    assert rina.get("/calendar", version=1).json()["is_in_force"] is False
    newest, oldest = rina.get("/calendar/versions").json()["items"]
    assert (newest["made_by"], newest["reason"], newest["decree"]) == ("rina", "Pemilihan", "SK 1/2026")
    assert [(one["day"], one["decree"]) for one in newest["added"]] == [("2026-11-25", "SK 1/2026")]
    assert (oldest["version"], oldest["added"]) == (1, [])


def test_every_kind_of_change_can_be_sent(rina: Program) -> None:
    changes: tuple[dict[str, object], ...] = (
        {"what": "confirm", "day": "2027-03-10", "decree": "SKB 2/2027"},
        {"what": "remove", "day": "2027-03-11"},
        {"what": "add", "since": "2027-03-11", "until": "2027-03-12", "name": "x", "kind": "public", "decree": "SKB"},
        {"what": "season", "since": "2027-02-09", "until": "2027-03-09"},
        {"what": "season", "since": "2026-07-06", "until": "2026-07-07", "name": "Asap", "hours": "mon 08:00-09:00"},
        {"what": "remove-season", "day": "2026-07-06"},
        {"what": "hours", "hours": "mon-sat 07:30-14:00", "decree": "SE 5/2026"},
        {"what": "counter-hours", "counter": "loket-pendaftaran", "hours": "sun 08:00-12:00"},
        {"what": "counter-hours", "counter": "loket-pendaftaran", "hours": None},
        {"what": "years", "last_year": 2037},
    )
    for number, change in enumerate(changes, start=2):
        answer = rina.post("/calendar/changes", {"reason": "Surat edaran", **change})
        assert (answer.status_code, answer.json()["version"]) == (200, number), answer.text
    items = rina.get("/calendar/versions").json()["items"]
    assert [one["counters"] for one in items if one["counters"]] == [["loket-pendaftaran"]] * 2
    assert [one["last_year"] for one in items if one["last_year"]] == [2037]
    assert [one["version"] for one in items if one["has_other_hours"]] == [8]
    # They are told a page at a time, too.
    first = rina.get("/calendar/versions", limit=10).json()
    assert (first["items"], first["next"]) == (items[:10], 2)
    last = rina.get("/calendar/versions", before=2, limit=10).json()
    assert ([one["version"] for one in last["items"]], last["next"]) == ([1], None)


NONSENSE: list[tuple[dict[str, object], int, str]] = [
    ({"what": "move"}, 422, "malformed_request"),
    ({"reason": ""}, 422, "calendar_reason_missing"),
    ({"reason": None}, 422, "malformed_request"),
    ({"since": "2026-02-30"}, 422, "malformed_field"),
    ({"since": "kemarin"}, 422, "malformed_request"),
    ({"until": "2026-11-24"}, 422, "dates_upside_down"),
    ({"kind": "holiday"}, 422, "malformed_request"),
    ({"kind": "public", "decree": ""}, 422, "decree_missing"),
    ({"name": " "}, 422, "malformed_field"),
    ({"name": "x" * 201}, 413, "text_too_long"),
    ({"since": "2026-02-27", "decree": ""}, 422, "past_without_decree"),
    ({"since": "2044-01-01"}, 409, "outside_calendar"),
    ({"moon": 1}, 422, "malformed_request"),
]


def test_what_makes_no_sense_is_a_problem_and_makes_no_version(rina: Program) -> None:
    for change, status, code in NONSENSE:
        problem(rina.post("/calendar/changes", PILKADA | change), status, code)
    problem(rina.get("/calendar", version=9), 404, "unknown_calendar_version")
    problem(rina.get("/calendar", year=1999), 409, "outside_calendar")
    problem(rina.get("/calendar/due", **{"from": "1999-12-31", "working_days": 1}), 409, "outside_calendar")
    problem(rina.get("/calendar/due", **{"from": "2026-02-30", "working_days": 1}), 422, "malformed_field")
    for count in ("-1", "2611", "lima"):
        problem(rina.get("/calendar/due", **{"from": "2026-03-13", "working_days": count}), 422, "malformed_request")
    sent = {"what": "counter-hours", "counter": "loket-x", "hours": "sat 08:00-12:00", "reason": "Buka Sabtu"}
    problem(rina.post("/calendar/changes", sent), 404, "unknown_counter")
    problem(rina.post("/calendar/changes", sent | {"hours": "sat 12:00-08:00"}), 422, "openings_collide")
    assert rina.mall.office.calendar().number == 1


def test_what_a_change_would_move_is_told_and_then_counted(rina: Program) -> None:
    with rina.mall.signed_in("ida") as ida:
        number = ida.registered()
    assert rina.get("/calendar/recompute").json() == {
        "version": 1, "looked_at": 0, "is_all": True, "is_written": False, "items": []
    }  # fmt: skip
    day = rina.mall.office.now().date() + timedelta(days=3)
    flood = {"what": "add", "since": day.isoformat(), "name": "Banjir", "reason": "Kantor terendam"}
    assert rina.post("/calendar/changes", flood).status_code == 200
    would = rina.get("/calendar/recompute").json()
    (moved,) = would["items"]
    assert (moved["number"], would["looked_at"], would["is_written"]) == (number, 1, False)
    promise = next(one for one in moved["due"] if one["what"] == "promise")
    assert promise["before"] < promise["after"]
    done = rina.post("/calendar/recompute", None).json()
    assert done == would | {"is_written": True}
    assert rina.post("/calendar/recompute", None).json()["looked_at"] == 0
