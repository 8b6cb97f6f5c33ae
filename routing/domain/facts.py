"""What is known of an application while its route is decided: read by conditions and fees, never the log.

Facts lie flat in ``Application.facts`` (``form.area``, ``findings.slope``, ``opinions.team.refuse``, ``returns``) and
are handed to expressions as trees. Nothing personal is among them; what a form asks of a person is sealed elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from routing.domain.application import Application
from routing.domain.fields import Fact
from routing.domain.guards import LONGEST_LIST
from routing.domain.workflow import Workflow

#: What an expression may name.
ROOTS = ("form", "findings", "applicant", "channel", "papers", "counts", "opinions")
#: How often it was returned to the applicant.
_RETURNS = "returns"
#: The roots of what people said; the others are counted.
_SAID = ("form", "findings")
#: ``there.<requirement>``: it lay there at the first return, and has not come in anew since.
_THERE = "there"
#: ``named.<requirement>``: which return named it last.
_NAMED = "named"
#: When something was last handed in after a return.
_BROUGHT = "brought"


def guard_facts(workflow: Workflow, application: Application) -> dict[str, Any]:
    """The facts as expressions see them; what has not been filled in is absent."""
    facts = application.facts
    trees: dict[str, dict[str, Any]] = {"form": {}, "findings": {}, "applicant": {"kind": "person"}}
    for key, value in facts.items():
        root, _, name = key.partition(".")
        if root in trees and name and value is not None:
            trees[root][name] = value
    return {
        **trees,
        "channel": application.channel,
        "papers": list(application.papers[:LONGEST_LIST]),
        "counts": {"returns": facts.get(_RETURNS, 0), "moves": application.version},
        "opinions": {
            code: {said: facts.get(_opinion(code, said), 0) for said, rule in step.decisions.items() if rule.opinion}
            for code, step in workflow.steps.items()
            if step.join is not None
        },
    }


def intake_facts(form: Mapping[str, Fact], kind: str, channel: str, papers: Sequence[str]) -> dict[str, Any]:
    """What conditions can ask of an application that is being handed in: nobody has decided anything yet."""
    return {
        "form": dict(form),
        "findings": {},
        "applicant": {"kind": kind},
        "channel": channel,
        "papers": list(papers[:LONGEST_LIST]),
        "counts": {_RETURNS: 0, "moves": 0},
        "opinions": {},
    }


def handed_in(form: Mapping[str, Fact], kind: str) -> dict[str, Fact]:
    """The facts an application begins with."""
    return {"applicant.kind": kind, **{f"form.{code}": value for code, value in form.items()}}


def as_handed_in(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """What was known when it was handed in, without anything that came later."""
    return {key: value for key, value in facts.items() if key.startswith(("form.", "applicant."))}


def form_facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """What the form says, by field."""
    return _under("form.", facts)


def found_by_desks(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """What decisions have collected, by field."""
    return _under("findings.", facts)


def opinions_given(facts: Mapping[str, Fact], step: str) -> int:
    """How many opinions have been given since the step was last begun."""
    return sum(int(value or 0) for key, value in facts.items() if key.startswith(f"opinions.{step}."))


def with_opinion(facts: Mapping[str, Fact], step: str, decision: str) -> dict[str, Fact]:
    """One opinion more."""
    key = _opinion(step, decision)
    return {**facts, key: int(facts.get(key) or 0) + 1}


def without_opinions(facts: Mapping[str, Fact], step: str) -> dict[str, Fact]:
    """The step begins (again): nobody has spoken yet."""
    return {key: value for key, value in facts.items() if not key.startswith(f"opinions.{step}.")}


def with_steps_renamed(facts: Mapping[str, Fact], renamed: Callable[[str, str], str | None]) -> dict[str, Fact]:
    """Opinions counted under the steps' new codes; ``renamed(step, decision)`` is None where it is no opinion now."""
    known: dict[str, Fact] = {}
    for key, value in facts.items():
        root, _, rest = key.partition(".")
        if root != "opinions":
            known[key] = value
            continue
        was, _, decision = rest.partition(".")
        now = renamed(was, decision)
        if now is not None:
            known[_opinion(now, decision)] = value
    return known


def with_findings(facts: Mapping[str, Fact], found: Mapping[str, Fact]) -> dict[str, Fact]:
    """What a decision found out; found again, it replaces what was found before."""
    return dict(facts) | {f"findings.{code}": value for code, value in found.items()}


def without_what_was_said(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Without the form and the findings: what was counted remains."""
    return {key: value for key, value in facts.items() if key.partition(".")[0] not in _SAID}


def with_return(facts: Mapping[str, Fact], requirements: Iterable[str], papers: Iterable[str]) -> dict[str, Fact]:
    """One return to the applicant more, which named these requirements; ``papers``: what lies there now."""
    count = int(facts.get(_RETURNS) or 0) + 1
    named = {f"{_NAMED}.{code}": count for code in requirements}
    there = {f"{_THERE}.{code}": True for code in papers} if count == 1 else {}
    return {**facts, _RETURNS: count, **there, **named}


def with_papers(
    facts: Mapping[str, Fact], requirements: Iterable[str], *, brought_at: datetime | None = None
) -> Mapping[str, Fact]:
    """These came in, perhaps anew: nobody has seen them as they are now.

    ``brought_at``: when, where the applicant brought something; None: it came from elsewhere.
    """
    anew = {f"{_THERE}.{code}" for code in requirements}
    if anew & facts.keys():
        facts = {key: value for key, value in facts.items() if key not in anew}
    return {**facts, _BROUGHT: brought_at.isoformat()} if brought_at is not None and _RETURNS in facts else facts


def has_brought_since(facts: Mapping[str, Fact], at: datetime) -> bool:
    """Whether the applicant has handed something in since that moment."""
    said = facts.get(_BROUGHT)
    return isinstance(said, str) and datetime.fromisoformat(said) >= at


def seen_before(facts: Mapping[str, Fact], requirements: Iterable[str]) -> list[str]:
    """Of these, what lay there at the first return as it does now, and was named by none (pengembalian berulang)."""
    return [code for code in requirements if f"{_THERE}.{code}" in facts and f"{_NAMED}.{code}" not in facts]


def _under(prefix: str, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {key.removeprefix(prefix): value for key, value in facts.items() if key.startswith(prefix)}


def _opinion(step: str, decision: str) -> str:
    return f"opinions.{step}.{decision}"
