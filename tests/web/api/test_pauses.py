"""Programs grant pauses, end them, report obstacles and ask what was told: by the rules of the pages."""

from collections.abc import Callable
from datetime import timedelta

from routing.actions.keep_time import keep_time
from tests.web.api.programs import Program, problem
from tests.web.visitors import WebMall

PAUSE = {"pause": "force-majeure", "reason": "Banjir", "instrument": "360/7/2026"}
Programs = Callable[[str], Program]


def test_a_pause_is_granted_once_and_ended(program: Programs) -> None:
    ida, hari = program("ida"), program("hari")
    number = ida.registers()
    here = f"/applications/{number}"
    first = hari.post(f"{here}/pause", PAUSE, key="one", seen=2)
    assert first.status_code == 200, first.text
    assert (first.json()["version"], first.headers["etag"]) == (3, '"3"')
    assert hari.post(f"{here}/pause", PAUSE, key="one", seen=2).content == first.content
    problem(hari.post(f"{here}/pause", PAUSE, seen=3), 409, "paused_already")
    entry = hari.get(f"{here}/history").json()["items"][0]
    assert (entry["kind"], entry["pause"], entry["reason"]) == ("paused", "force-majeure", None)
    assert hari.post(f"{here}/continue", {"reason": "Surut"}, seen=3).json()["version"] == 4
    problem(hari.post(f"{here}/continue", {"reason": "Surut"}, seen=4), 409, "not_paused")


def test_each_no_has_its_code(program: Programs) -> None:
    ida, hari, omar = program("ida"), program("hari"), program("omar")
    number = ida.registers()
    pause, obstacles = f"/applications/{number}/pause", f"/applications/{number}/obstacles"
    problem(omar.post(pause, PAUSE, seen=2), 403, "not_allowed")
    problem(hari.post(pause, PAUSE), 428, "if_match_missing")
    problem(hari.post(pause, PAUSE, seen=1), 409, "stale_version")
    problem(hari.post(pause, PAUSE | {"pause": "repair"}, seen=2), 422, "not_grantable")
    problem(hari.post(pause, PAUSE | {"reason": ""}, seen=2), 422, "pause_reason_missing")
    problem(hari.post(pause, PAUSE | {"instrument": "?"}, seen=2), 422, "malformed_field")
    problem(hari.post(pause, {"pause": "force-majeure"}, seen=2), 422, "malformed_request")
    problem(hari.post(obstacles, {"reason": "Mati"}), 403, "not_allowed")
    problem(omar.post(obstacles, {"reason": " "}), 422, "obstacle_unnamed")
    problem(omar.post(obstacles, {"reason": "Mati", "visit": 9}), 409, "not_at_this_desk")
    assert ida.get(f"/applications/{number}").json()["version"] == 2


def test_an_obstacle_shows_in_the_queue_at_the_visit_and_in_the_notices(program: Programs, mall: WebMall) -> None:
    ida, omar, hari, gita = (program(one) for one in ("ida", "omar", "hari", "gita"))
    number = ida.registers()
    assert omar.post(f"/applications/{number}/obstacles", {"reason": "Server mati"}).status_code == 200
    problem(omar.post(f"/applications/{number}/obstacles", {"reason": "Lagi"}), 409, "obstacle_reported")
    at = "2026-03-02T01:00:00.000000Z"
    assert omar.get("/desks/verifikasi/queue").json()["items"][0]["obstacle_at"] == at
    assert omar.get(f"/applications/{number}").json()["visits"][0]["obstacle_at"] == at
    for told in (hari, gita):
        (notice,) = told.get("/notices").json()["items"]
        assert (notice["number"], notice["about"], notice["desk"], notice["level"], notice["at"]) == (
            number, "2", "verifikasi", "obstacle", at,
        )  # fmt: skip
    assert omar.get("/notices").json() == {"items": [], "next": None}
    mall.clock.advance(timedelta(days=30))
    late = ida.registers()
    mall.clock.advance(timedelta(days=30))
    problem(omar.post(f"/applications/{late}/obstacles", {"reason": "Mati"}), 409, "obstacle_too_late")


def test_notices_are_paged_without_telling_any_twice(any_mall: WebMall) -> None:
    ida, gita = Program(any_mall, "ida"), Program(any_mall, "gita")
    for _ in range(3):
        ida.registers()
    any_mall.clock.advance(timedelta(days=30))
    keep_time(any_mall.office)
    every = gita.get("/notices", limit=200).json()["items"]
    found, following = [], None
    while True:
        page = gita.get("/notices", limit=2, after=following).json()
        found += page["items"]
        following = page["next"]
        if following is None:
            break
    assert found == every
    assert len(every) == len({tuple(sorted(one.items(), key=str)) for one in map(_flat, every)}) > 4
    assert [one["at"] for one in every] == sorted((one["at"] for one in every), reverse=True)
    problem(gita.get("/notices", after="nonsense"), 422, "malformed_cursor")


def _flat(one: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in one.items()}
