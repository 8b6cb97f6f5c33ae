"""Whether the expressions of a route can be used: they compile, name what is known, and can be told.

They are tried on facts made from the kinds of the service's fields; what the language itself allows is ``guards``'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from routing.catalogue.expression_names import Name, Names, names_in
from routing.catalogue.expression_sites import Site, sites_of
from routing.catalogue.findings import Finding, Say, instead_of, shown
from routing.catalogue.sample_facts import SampleFacts
from routing.domain.facts import ROOTS
from routing.domain.fields import FieldKind
from routing.domain.guards import BrokenExpression, Expression, NoAmount, compiled
from routing.domain.workflow import Workflow

_MEMBERS = {"applicant": ("kind",), "counts": ("returns", "moves")}
#: In so many cases a fee is worked out.
_MOST_SUMS = 40
_APPLICANTS = ("person", "business")
#: What may go wrong with single values without the expression being at fault.
_ONLY_VALUES = re.compile(r"(?:-?[\d.]+(?:e[+-]?\d+)?|-?inf|nan) is no amount|.*division by zero")


def check_conditions(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Everything wrong with single expressions; when they are asked is ``known_in_time``'s."""
    sites = list(sites_of(workflow))
    if not sites:
        return
    samples = SampleFacts(workflow)
    for site in sites:
        try:
            expression = compiled(site.source)
        except BrokenExpression as refusal:
            problem = f"{shown(site.source)} cannot be used: {refusal.facts['problem']}."
            yield say(site.path, "broken-condition", problem, "docs/workflow-language.md tells what may be said.")
            continue
        names = names_in(site.source)
        findings = [*_unknown(workflow, samples, site, expression, names, say), *_choices(samples, site, names, say)]
        yield from findings
        if not findings:
            tried = _amount(samples, site, names, say) if site.is_amount else _condition(samples, site, names, say)
            yield from tried


def _unknown(
    workflow: Workflow, samples: SampleFacts, site: Site, expression: Expression, names: Names, say: Say
) -> Iterator[Finding]:
    """Names nobody knows, and names that are nobody's business."""
    for root in expression.roots:
        if root not in ROOTS and root not in names.bound:
            way_out = instead_of(root, ROOTS)
            yield say(site.path, "unknown-fact", f"The condition names {shown(root)}, which is no fact.", way_out)
    for name in names.members:
        root, shown_name = name[0], shown(".".join(name))
        if root in {"form", "findings"} and name not in samples.fields:
            if _is_personal(workflow, name):
                problem = f"{shown_name} is personal: it is sealed, and no condition sees it."
                yield say(site.path, "personal-fact", problem, "Ask for what matters in a field of another kind.")
                continue
            asked = "the form asks" if root == "form" else "any decision collects"
            way_out = instead_of(name[1], [code for kind, code in samples.fields if kind == root],
                                 otherwise="Or add the field.")  # fmt: skip
            yield say(site.path, "unknown-fact", f"{shown_name} is nothing that {asked}.", way_out)
        elif root in _MEMBERS and name[1] not in _MEMBERS[root]:
            way_out = instead_of(name[1], _MEMBERS[root])
            yield say(site.path, "unknown-fact", f"{shown_name} is not known.", way_out)
        elif root == "opinions":
            yield from _opinion(workflow, site, name, say)


def _is_personal(workflow: Workflow, name: Name) -> bool:
    if name[0] == "form":
        return name[1] in workflow.form
    return any(name[1] in rule.collects for step in workflow.steps.values() for rule in step.decisions.values())


def _opinion(workflow: Workflow, site: Site, name: Name, say: Say) -> Iterator[Finding]:
    step = workflow.steps.get(name[1])
    joins = [code for code, one in workflow.steps.items() if one.join is not None]
    if step is None or step.join is None:
        problem = f"{shown(name[1])} is no step at which several desks give opinions."
        yield say(site.path, "unknown-fact", problem, instead_of(name[1], joins, otherwise="Name a step with a join."))
        return
    opinions = [decision for decision, rule in step.decisions.items() if rule.opinion]
    if len(name) > 2 and name[2] not in opinions:
        problem = f"{shown(name[2])} is no opinion that can be given at {shown(name[1])}."
        yield say(site.path, "unknown-fact", problem, instead_of(name[2], opinions))


def _choices(samples: SampleFacts, site: Site, names: Names, say: Say) -> Iterator[Finding]:
    """What a choice is compared with is one of its choices."""
    for name, text in names.compared:
        possible = _possible(samples, name, names)
        if possible is not None and text not in possible:
            problem = f"{shown('.'.join(name))} is compared with {shown(text)}, which it can never be."
            yield say(site.path, "unknown-choice", problem, instead_of(text, possible))


def _possible(samples: SampleFacts, name: Name, names: Names) -> tuple[str, ...] | None:
    """The words a name can be; None: any."""
    workflow = samples.workflow
    if name == ("applicant", "kind"):
        return _APPLICANTS
    if name == ("channel",):
        return tuple(str(channel) for channel in workflow.channels)
    if name == ("papers",) or (name[0] in names.bound and "papers" in names.roots):
        return tuple(workflow.requirements)
    field = samples.fields.get(name)
    if field is not None and field.kind is FieldKind.CHOICE:
        return tuple(field.choices)
    return () if field is not None and field.kind is FieldKind.YES_NO else None


def _condition(samples: SampleFacts, site: Site, names: Names, say: Say) -> Iterator[Finding]:
    """It is true or false whatever was filled in, and true in some case."""
    expression = compiled(site.source)
    verdicts = [expression.judge(facts) for facts in samples.one_by_one([names])]
    wrong = next((one.why for one in verdicts if one.why and not _is_about_values(one.why)), None)
    if wrong is not None:
        problem = f"{shown(site.source)} cannot be told: {wrong}."
        yield say(site.path, "condition-fails", problem, "Compare like with like; double(x) makes a number one kind.")
    elif not names.looks_into_texts and not any(one.holds for one in verdicts) and not _can_hold(samples, site, names):
        problem = f"{shown(site.source)} holds in no case."
        yield say(site.path, "condition-never-holds", problem, "Look at what it compares, or leave it out.")


def _can_hold(samples: SampleFacts, site: Site, names: Names) -> bool:
    """Whether some combination makes it true; where there are too many to try, it is given the benefit of the doubt."""
    every, complete = samples.tried_on([names])
    return not complete or any(compiled(site.source).judge(facts).holds for facts in every)


def _amount(samples: SampleFacts, site: Site, names: Names, say: Say) -> Iterator[Finding]:
    """It comes to rupiah wherever it is charged."""
    both = [names] if site.condition is None else [names, names_in(site.condition)]
    problems = []
    cases = chain(samples.one_by_one(both), samples.tried_on(both)[0] if site.condition is not None else ())
    for facts in islice(_charged(cases, site), _MOST_SUMS):
        try:
            compiled(site.source).amount(facts)
        except NoAmount as refusal:
            problems.append(str(refusal.facts["problem"]))
        else:
            problems.append("")
    wrong = [one for one in problems if one and not _ONLY_VALUES.match(one)]
    if problems and all(problems):
        wrong = wrong or problems
    if wrong:
        problem = f"{shown(site.source)} is not always an amount: {wrong[0]}."
        way_out = "Make numbers one kind with double(x), and see with has(form.x) to what may be left empty."
        yield say(site.path, "no-amount", problem, way_out)


def _charged(samples: Iterable[dict[str, Any]], site: Site) -> Iterator[dict[str, Any]]:
    for facts in samples:
        if site.condition is not None:
            try:
                if not compiled(site.condition).judge(facts).holds:
                    continue
            except BrokenExpression:
                return
        yield facts


def _is_about_values(why: str) -> bool:
    """Whether a field that is empty, or a division by it, is all that is wrong."""
    return why.endswith("is not known") or "division by zero" in why
