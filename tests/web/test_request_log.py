"""One line a request and one a move, all with the request's id; no secret and nothing personal among them."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from routing.actions.ring import collect_rings
from routing.telemetry import set_up_logs
from tests.web.visitors import NIK, WebMall
from workers.celery_app import make_app

Lines = Callable[[], list[dict]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What has been logged since, as the program logs it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    set_up_logs("INFO", written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)


def of(event: str, said: list[dict]) -> list[dict]:
    return [line for line in said if line["event"] == event]


def test_a_request_is_one_line_with_its_route_and_an_id_that_the_answer_carries(mall: WebMall, lines: Lines) -> None:
    with mall.signed_in("ida") as ida:
        before = len(of("request", lines()))
        answer = ida.get("/desks/verifikasi")
        [line] = of("request", lines())[before:]
    assert line.items() >= {"method": "GET", "route": "/desks/{code}", "status": 403, "level": "info"}.items()
    assert line["request"] == answer.headers["x-request-id"]
    assert line["ms"] >= 0


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("proxy-1234.abc", True), ("short", False), ("x" * 65, False), ('a"b\\c d e f', False), ("-begins-wrong", False)],
)
def test_a_proxys_id_is_taken_over_when_it_is_well_formed(
    mall: WebMall, lines: Lines, sent: str, *, taken: bool
) -> None:
    with mall.visitor() as visitor:
        answer = visitor.get("/", **{"x-request-id": sent})
    assert (answer.headers["x-request-id"] == sent) is taken
    assert of("request", lines())[-1]["request"] == answer.headers["x-request-id"]


def test_a_decision_is_one_line_that_names_the_move_and_the_request(mall: WebMall, lines: Lines) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        decided = omar.decide(number, "forward")
        assert decided.status_code == 303
        [line] = [one for one in of("move", lines()) if one["kind"] == "decided"]
        [asked] = [one for one in of("request", lines()) if one["request"] == line["request"]]
    wanted = {"application": number, "desk": "verifikasi", "version": 4, "move": f"{number}:4"}
    assert line.items() >= wanted.items()
    assert asked["application"] == number
    assert asked["route"] == "/applications/{number}/visits/{visit}/decide/{decision}"


def test_what_a_worker_says_carries_the_messages_id(mall: WebMall, lines: Lines) -> None:
    with mall.signed_in("ida") as ida:
        ida.register()
    [message] = collect_rings(mall.office)
    task = make_app(mall.office).tasks["deliver"]
    task.apply(args=([list(one) for one in message.hand_offs],), task_id=message.id)
    [arrived] = [one for one in of("move", lines()) if one["kind"] == "arrived"]
    [delivered] = of("delivered", lines())
    assert arrived["message"] == delivered["message"] == message.id
    assert delivered["applications"] == [application for application, _ in message.hand_offs]
    assert delivered["arrived"] == 1


def test_the_log_holds_no_secret_and_nothing_personal(mall: WebMall, lines: Lines) -> None:
    with mall.signed_in("ida") as ida, mall.visitor() as stranger:
        number = ida.registered()
        with mall.office.transaction() as tx:
            code = tx.application(number).tracking_code
        assert stranger.get(f"/t/{code}").status_code == 200
        stranger.get(f"/nowhere/{code}?q={code}")
        stranger.get("/l/a-secret-of-a-link")
    said = json.dumps(lines())
    assert len(of("request", lines())) > 5
    for secret in (code, NIK, "Siti", "Diponegoro", mall.password, "a-secret-of-a-link", "form_token"):
        assert secret not in said
    assert of("request", lines())[-2]["route"] == "-"
