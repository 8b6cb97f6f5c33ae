"""Every expression of a route: where it stands, and what is known when it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from routing.catalogue.findings import Path
from routing.domain.workflow import Workflow


class When(Enum):
    """When an expression is asked."""

    #: while the form is filled in
    FORM = "the form is filled in"
    #: at the registration
    REGISTERED = "it is registered"
    #: before the document enters a step
    ENTERING = "the document comes to the step"
    #: when a decision is said at a step
    DECIDING = "the decision is said"
    #: as long as it is under way
    ANY = "it is charged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One expression."""

    path: Path
    source: str
    when: When
    #: the step it is asked at, or before
    step: str | None = None
    #: it comes to rupiah, where the condition that is given with it holds
    is_amount: bool = False
    condition: str | None = None


def sites_of(workflow: Workflow) -> Iterator[Site]:
    """Every expression, in the order of the models."""
    for place, fee in enumerate(workflow.fees):
        if fee.only_if is not None:
            yield Site(path=("fees", place, "only_if"), source=fee.only_if, when=When.ANY)
        if fee.computed is not None:
            path: Path = ("fees", place, "computed")
            yield Site(path=path, source=fee.computed, when=When.ANY, is_amount=True, condition=fee.only_if)
    for code, field in workflow.form.items():
        if field.only_if is not None:
            yield Site(path=("form", code, "only_if"), source=field.only_if, when=When.FORM)
    for code, need in workflow.requirements.items():
        if need.only_if is not None:
            when = When.REGISTERED if need.due is None else When.ENTERING
            yield Site(path=("requirements", code, "only_if"), source=need.only_if, when=when, step=need.due)
    for code in workflow.steps:
        yield from _of_step(workflow, code)


def _of_step(workflow: Workflow, code: str) -> Iterator[Site]:
    step, at = workflow.steps[code], ("steps", code)
    if step.only_if is not None:
        yield Site(path=(*at, "only_if"), source=step.only_if, when=When.ENTERING, step=code)
    for desk, source in step.only_if_at.items():
        yield Site(path=(*at, "only_if_at", desk), source=source, when=When.ENTERING, step=code)
    for place, choice in enumerate(step.desk_by):
        if choice.only_if is not None:
            path: Path = (*at, "desk_by", place, "only_if")
            yield Site(path=path, source=choice.only_if, when=When.ENTERING, step=code)
    for decision, rule in step.decisions.items():
        said: Path = (*at, "decisions", decision)
        if rule.only_if is not None:
            yield Site(path=(*said, "only_if"), source=rule.only_if, when=When.DECIDING, step=code)
        for name, field in rule.collects.items():
            if field.only_if is not None:
                path = (*said, "collects", name, "only_if")
                # What is collected with the same decision is known, too; hence not DECIDING.
                yield Site(path=path, source=field.only_if, when=When.ANY, step=code)
