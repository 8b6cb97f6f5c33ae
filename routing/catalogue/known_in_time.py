"""Whether conditions ask for what is known by then, and leave a document a way on in every case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from routing.catalogue.expression_names import Name, Names, names_in
from routing.catalogue.expression_sites import Site, When, sites_of
from routing.catalogue.findings import Finding, Path, Say, shown
from routing.catalogue.route_graph import RouteGraph, spread
from routing.catalogue.sample_facts import SampleFacts
from routing.domain.guards import compiled
from routing.domain.workflow import ORIGIN, DecisionRule, Step, Workflow


def check_known_in_time(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """Everything wrong with when conditions are asked. The expressions themselves are sound."""
    workflow = graph.workflow
    for site in sites_of(workflow):
        for name in names_in(site.source).members:
            if not _is_known(graph, site, name):
                problem = f"{shown('.'.join(name))} is not known yet when {site.when.value}."
                way_out = "Ask for it earlier, or decide by something else."
                yield say(site.path, "fact-not-yet-known", problem, way_out)
    samples = SampleFacts(workflow)
    for code, step in workflow.steps.items():
        yield from _ways_on(graph, samples, code, step, say)


def _is_known(graph: RouteGraph, site: Site, name: Name) -> bool:
    """Whether it can have been told by then."""
    if name[0] == "form":
        return site.path[:2] != name
    if name[0] not in {"findings", "opinions"} or site.when is When.ANY:
        return True
    if site.when in {When.FORM, When.REGISTERED} or site.step is None:
        return False
    steps = [name[1]] if name[0] == "opinions" else _collecting(graph.workflow, name[1])
    return any(site.step in graph.after(step) for step in steps)


def _collecting(workflow: Workflow, field: str) -> list[str]:
    return [
        code for code, step in workflow.steps.items() if any(field in rule.collects for rule in step.decisions.values())
    ]


def _ways_on(graph: RouteGraph, samples: SampleFacts, code: str, step: Step, say: Say) -> Iterator[Finding]:
    """At every desk of the step something can be decided, whatever the facts are."""
    for desk in step.every_desk:
        rules = [rule for rule in step.decisions.values() if not rule.desks or desk in rule.desks]
        path: Path = ("steps", code, "decisions")
        if not rules:
            problem = f"At {shown(desk)} nothing can be decided at {shown(code)}."
            yield say(path, "no-decision-possible", problem, "Let one of its decisions be said there.")
            return
        sources = [rule.only_if for rule in rules if rule.only_if is not None]
        if len(sources) < len(rules):
            continue
        stuck = _stuck(graph, samples, code, sources)
        if stuck is not None:
            problem = f"At {shown(code)} nothing can be decided where {stuck}."
            way_out = "Leave one of its decisions without only_if, or cover that case."
            yield say(path, "no-decision-possible", problem, way_out)
            return


def _stuck(graph: RouteGraph, samples: SampleFacts, code: str, sources: Sequence[str]) -> str | None:
    """A case in which none of these conditions holds, in words."""
    names = [names_in(source) for source in sources]
    mentioned = dict.fromkeys(name for one in names for name in one.members)
    unsure = [name for name in mentioned if name[0] == "findings" and not _is_sure(graph, code, name[1])]
    for facts in samples.tried_on(names, unsure)[0]:
        if not any(compiled(source).judge(facts).holds for source in sources):
            return _in_words(facts, names)
    return None


def _is_sure(graph: RouteGraph, code: str, field: str) -> bool:
    """Whether nobody comes to the step without a decision that collects the field."""
    workflow = graph.workflow

    def tells(rule: DecisionRule) -> bool:
        found = rule.collects.get(field)
        return found is not None and found.required and found.only_if is None

    silent = {
        step: [
            place
            for rule in one.decisions.values()
            if rule.to != ORIGIN and not tells(rule)
            for place in graph.lands_at(rule.to)
        ]
        for step, one in workflow.steps.items()
    }
    return code not in spread(workflow.intake, silent)


def _in_words(facts: Mapping[str, Any], names: Sequence[Names]) -> str:
    told = []
    for name in dict.fromkeys(member for one in names for member in one.members):
        value: Any = facts
        for part in name:
            value = value.get(part) if isinstance(value, dict) else None
        told.append(f"{'.'.join(name)} is {'not filled in' if value is None else value}")
    roots = {root for one in names for root in one.roots}
    told += [f"{root} is {facts[root]}" for root in ("channel", "papers") if root in roots]
    return ", ".join(told) or "the facts are so"
