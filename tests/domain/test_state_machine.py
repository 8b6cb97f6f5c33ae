"""Where a decision leads, and that one rule book serves everybody at once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from routing.domain.state_machine import RuleBook
from tests.domain.small_routes import disposisi, one_step

BOOK = RuleBook(disposisi())


def test_a_decision_leads_where_the_route_says() -> None:
    assert BOOK.lead("register", "accept") == "assess"
    assert BOOK.lead("assess", "approve") == "granted"


def test_a_decision_of_another_step_leads_nowhere() -> None:
    assert BOOK.lead("assess", "accept") is None
    assert BOOK.lead("granted", "approve") is None


def test_a_word_nobody_knows_leads_nowhere() -> None:
    assert BOOK.lead("assess", "bless") is None


def test_origin_leads_back_to_the_step_that_asked_and_only_there() -> None:
    assert BOOK.lead("repair", "resubmit", "assess") == "assess"
    assert BOOK.lead("repair", "resubmit", "register") is None
    assert BOOK.lead("repair", "resubmit") is None


def test_what_is_possible_stands_in_the_order_of_the_route() -> None:
    assert BOOK.possible("assess") == ("approve", "pass-on", "return", "refuse")
    assert BOOK.possible("repair") == ()
    assert BOOK.possible("granted") == ()


def test_a_route_without_withdrawal_is_withdrawn_from_nowhere() -> None:
    assert BOOK.lead_withdrawn("assess") is None


@pytest.mark.parametrize("word", ["state", "model", "trigger", "initial", "events", "to-done", "may-state", "0"])
def test_no_word_of_the_library_is_forbidden_to_an_office(word: str) -> None:
    assert RuleBook(one_step(word)).lead("only", word) == "done"


def test_one_rule_book_serves_four_threads_at_once() -> None:
    cases = [
        (("register", "accept", None), "assess"),
        (("assess", "approve", None), "granted"),
        (("assess", "return", None), "repair"),
        (("repair", "resubmit", "assess"), "assess"),
        (("repair", "resubmit", None), None),
        (("assess", "accept", None), None),
    ]

    def clerk(seed: int) -> int:
        drawn = random.Random(seed)
        for _ in range(2_000):
            question, answer = drawn.choice(cases)
            assert BOOK.lead(*question) == answer
        return seed

    with ThreadPoolExecutor(4) as office:
        assert list(office.map(clerk, range(4))) == [0, 1, 2, 3]
