"""What strangers can do at the doors: many at once stop nobody's pages, and looking changes nothing."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from routing.actions.keep_accounts import make_link
from routing.domain.errors import Busy
from routing.web.password_checks import PasswordChecks
from tests.row_counts import row_counts
from tests.web.visitors import WebMall


@contextmanager
def everybody_at_the_door(mall: WebMall) -> Iterator[None]:
    """As many passwords are being checked as are checked at once."""
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(mall.web.state.password_checks.turn())
        yield


def test_who_signs_in_while_too_many_do_is_asked_to_come_back(mall: WebMall) -> None:
    with mall.visitor() as ida:
        with everybody_at_the_door(mall):
            answer = ida.sign_in("ida", mall.password)
            told = ida.send("/sign-in", "/sign-in", {"account": "ida", "password": "x"}, accept="application/json")
            assert ida.get("/").status_code == 200
            assert ida.get("/health/live").status_code == 200
        assert answer.status_code == told.status_code == 503
        assert answer.headers["retry-after"] == told.headers["retry-after"] == "5"
        assert "Terlalu banyak orang sedang masuk" in answer.text
        # The form is there again, filled in but for the password.
        assert 'value="ida"' in answer.text
        assert mall.password not in answer.text
        assert told.json()["code"] == "busy"
        assert ida.sign_in("ida", mall.password).status_code == 303


def test_a_link_is_not_used_up_by_somebody_who_was_asked_to_come_back(mall: WebMall) -> None:
    link = f"/l/{make_link(mall.office, 'omar')}"
    new = {"password": "empat kata yang panjang", "password_again": "empat kata yang panjang"}
    with mall.visitor() as omar:
        with everybody_at_the_door(mall):
            assert omar.send(link, link, new).status_code == 503
        assert omar.send(link, link, new).status_code == 303


def test_whoever_finds_the_line_full_is_told_at_once_and_holds_up_no_page() -> None:
    checks, told = PasswordChecks(at_once=1, in_line=2), []

    def try_to_get_in() -> None:
        try:
            with checks.turn():
                told.append("in")
        except Busy:
            told.append("busy")

    with checks.turn():
        crowd = [threading.Thread(target=try_to_get_in) for _ in range(20)]
        began = time.monotonic()
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        # One of them stood in the line, for a second; the others did not wait.
        assert 0.9 < time.monotonic() - began < 10
    assert told == ["busy"] * 20
    with checks.turn():
        pass


def test_a_wrong_password_and_a_look_at_the_health_take_no_transaction_from_the_desks(
    mall: WebMall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise AssertionError("a stranger opened the books for writing")

    with mall.visitor() as stranger:
        monkeypatch.setattr(mall.office, "transaction", refuse)
        assert stranger.sign_in("ida", "salah sekali").status_code == 403
        assert stranger.sign_in("nobody", "salah sekali").status_code == 403
        before = row_counts(mall.office.database)
        assert stranger.get("/health/ready").status_code == 200
        assert row_counts(mall.office.database) == before
