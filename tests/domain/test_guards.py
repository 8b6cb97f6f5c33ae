"""Expressions an office writes down: what they may be, what they answer, and that none gets out of hand."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from routing.domain.guards import LONGEST_SOURCE, BrokenExpression, NoAmount, compiled


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("form.area >", "Failed to parse"),
        ("1 < 2 // papers.all(p, true)", "comment"),
        ("'''a''' == 'a'", "plain"),
        (r"r'\' == 'a'", "plain"),
        ("papers.all(a, papers.exists(b, papers.existsOne(c, c == a)))", "loops"),
        ("true || " * (LONGEST_SOURCE // 8) + "true", "longer"),
    ],
)
def test_what_cannot_be_read_or_could_run_away_is_refused(source: str, problem: str) -> None:
    with pytest.raises(BrokenExpression, match=problem):
        compiled(source)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("form.depth > 3", "depth is not known"),
        ("form.area > 'x'", "No such overload"),
        ("form.area / 0 > 1", "division by zero"),
        ("form.area", "neither true nor false"),
        ("weather.rain", "weather"),
    ],
)
def test_what_cannot_be_told_does_not_hold_and_says_why(source: str, why: str) -> None:
    verdict = compiled(source).judge({"form": {"area": 3}})
    assert not verdict.holds
    assert why in verdict.why


def test_an_amount_is_whole_rupiah_half_and_more_rounded_up() -> None:
    facts = {"form": {"area": 3}}
    assert compiled("double(form.area) * 0.5").amount(facts) == 2
    assert compiled("form.area * 5000").amount(facts) == 15_000
    for source in ("form.area - 10", "form.area == 3", "form.depth * 2", "'3'"):
        with pytest.raises(NoAmount):
            compiled(source).amount(facts)


def test_what_an_expression_names_is_told() -> None:
    expression = compiled("form.area > 3 && opinions['team']['refuse'] == 0 && papers.exists(p, p == 'plan')")
    assert set(expression.members) >= {("form", "area"), ("opinions", "team")}
    assert {"form", "opinions", "papers"} <= set(expression.roots)


def test_many_may_judge_their_first_condition_at_once() -> None:
    sources = [f"form.area > {limit}" for limit in range(200)]
    with ThreadPoolExecutor(8) as clerks:
        verdicts = list(clerks.map(lambda source: compiled(source).judge({"form": {"area": 100}}).holds, sources))
    assert verdicts.count(True) == 100
