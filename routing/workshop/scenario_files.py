"""Reads scenario files and holds their words to the route: every step, decision, paper and field they name is there.

What is misspelt is found here, with its line and the nearest word, before anything is played. Where the engine is to
refuse something, whatever is wrong with it may be meant, and only what must be known to play it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path as FilePath

from routing.catalogue.findings import Finding, Path, first_findings, instead_of, shown
from routing.catalogue.model_findings import parse_as
from routing.catalogue.yaml_source import YamlSource, read_yaml
from routing.domain.countable_days import after_days
from routing.domain.ledger import received_on
from routing.domain.workflow import DecisionRule, Step, Workflow
from routing.domain.working_calendar import WorkingCalendar
from routing.workshop.scenario_language import Happening, Scenario, ScenarioFile

#: What can happen, and the keys that may stand beside it.
_BESIDE: dict[str, frozenset[str]] = {
    "register": frozenset({"desk", "by", "next_desk", "papers", "channel", "applicant", "form", "refused"}),
    "decide": frozenset(
        {
            "at",
            "desk",
            "by",
            "next_desk",
            "requirements",
            "defects",
            "reason",
            "reasons",
            "findings",
            "papers",
            "refused",
        }
    ),
    "program": frozenset({"at", "desk", "next_desk", "reason", "findings", "refused"}),
    "wait": frozenset(),
    "clock": frozenset(),
    "withdraw": frozenset({"desk", "by", "refused"}),
    "resume": frozenset({"desk", "by", "reason", "refused"}),
    "papers": frozenset({"desk", "by", "refused"}),
}
_WAIT = re.compile(r"([1-9][0-9]{0,3}) (working day|day|hour|minute)s?")
_Problem = tuple[Path, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSheet:
    """A scenario file that was read: what it says, and where."""

    file: str
    said: ScenarioFile
    source: YamlSource

    def line_of(self, path: Path) -> int:
        """The line of a part of it."""
        return self.source.place_of(path)[0]


def read_scenarios(
    path: FilePath, workflows: Mapping[str, Workflow]
) -> tuple[ScenarioSheet | None, tuple[Finding, ...]]:
    """The scenarios in that file, or None and everything that is wrong with them. ``workflows``: by service."""
    source, findings = read_yaml(path)
    if source is None:
        return None, findings
    said, wrong = parse_as(source, ScenarioFile)
    findings += wrong
    if said is not None:
        findings += first_findings(_finding(source, problem) for problem in _problems(said, workflows))
    if said is None or findings:
        return None, findings
    return ScenarioSheet(file=source.file, said=said, source=source), ()


def unknown_words(scenario: Scenario, workflow: Workflow) -> tuple[Path, str] | None:
    """The first place where the scenario names what this version of the route does not have, and what it is.

    The version it was read with has all of it; another one may not.
    """
    return next(((path, problem) for path, _, problem, _ in _Words(workflow).of_scenario(scenario)), None)


def happening_kind(happening: Happening) -> str:
    """What happens: ``register``, ``decide``, ... - ``papers`` where they are handed in by themselves."""
    return next((kind for kind in _BESIDE if _is_said(happening, kind)), "")


def after_waiting(wait: str, now: datetime, calendar: WorkingCalendar) -> datetime:
    """The moment after that time, written as in "6 working days". Raises OverflowError beyond the last year."""
    count, unit = _WAIT.fullmatch(wait).groups()  # type: ignore[union-attr] # checked when the file was read
    if unit == "working day":
        received = received_on(calendar.working, calendar, now)
        return datetime.combine(after_days(calendar.working, received, int(count)), now.timetz())
    return now + timedelta(**{f"{unit}s": int(count)})


def _problems(said: ScenarioFile, workflows: Mapping[str, Workflow]) -> Iterator[_Problem]:
    workflow = workflows.get(said.service)
    if workflow is None:
        problem = f"The scenarios are for the service {shown(said.service)}, which has no route here."
        yield ("service",), "unknown-service", problem, instead_of(said.service, workflows)
        return
    if not said.scenarios:
        yield ("scenarios",), "no-scenario", "There is no scenario in this file.", "Write one, or delete the file."
    names: set[str] = set()
    for no, scenario in enumerate(said.scenarios):
        if scenario.name in names:
            problem = f"A scenario {shown(scenario.name)} is here already."
            yield ("scenarios", no, "name"), "duplicate-name", problem, "Give this one another name."
        names.add(scenario.name)
        for path, code, problem, way_out in _Words(workflow).of_scenario(scenario):
            yield ("scenarios", no, *path), code, problem, way_out


class _Words:
    """The words of one scenario, held to the words of a route."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._desks = tuple(dict.fromkeys(desk for step in workflow.steps.values() for desk in step.every_desk))

    def of_scenario(self, scenario: Scenario) -> Iterator[_Problem]:
        """Everything that is wrong, the paths from the scenario on."""
        yield from self._of_given(("given",), scenario.given.form, scenario.given.papers or ())
        first = next((kind for one in scenario.when if (kind := happening_kind(one)) != "wait"), None)
        if first != "register":
            problem = "A scenario begins with a registration (or with waiting for one), and this one does not."
            yield ("when", 0), "no-registration", problem, 'Begin with "- {register: ...}", the counter\'s decision.'
        for no, happening in enumerate(scenario.when):
            for path, code, problem, way_out in self._of_happening(happening):
                yield ("when", no, *path), code, problem, way_out
        yield from self._of_then(scenario)

    def _of_given(self, path: Path, form: Iterable[str], papers: Iterable[str]) -> Iterator[_Problem]:
        for field in form:
            yield from _known(field, self._workflow.form, (*path, "form", field), "field of the form")
        for no, paper in enumerate(papers):
            yield from _known(paper, self._workflow.requirements, (*path, "papers", no), "requirement")

    def _of_happening(self, happening: Happening) -> Iterator[_Problem]:
        kind = happening_kind(happening)
        said = [key for key in _BESIDE if _is_said(happening, key) and (key != "papers" or kind == "papers")]
        if len(said) != 1:
            problem = f"Here {' and '.join(said)} happen at once." if said else "Here nothing happens."
            yield (), "one-thing-at-a-time", problem, f"Say exactly one of: {', '.join(_BESIDE)}."
            return
        for key in sorted(_written_keys(happening) - {kind} - _BESIDE[kind]):
            problem = f"{shown(key)} says nothing beside {shown(kind)}."
            beside = ", ".join(sorted(_BESIDE[kind])) or "nothing"
            yield (key,), "out-of-place", problem, f"Remove it. Beside it may stand: {beside}."
        yield from self._checks()[kind](happening)

    def _checks(self) -> dict[str, Callable[[Happening], Iterator[_Problem]]]:
        return {
            "register": self._of_register,
            "decide": self._of_decision,
            "program": self._of_decision,
            "wait": _of_wait,
            "clock": self._of_rest,
            "withdraw": self._of_rest,
            "resume": self._of_resume,
            "papers": self._of_rest,
        }

    def _of_register(self, happening: Happening) -> Iterator[_Problem]:
        decision = happening.registers or ""
        known = [one for code in self._workflow.intake for one in self._steps[code].decisions]
        yield from _known(decision, known, ("register",), "decision of the counter")
        yield from self._of_rest(happening)

    def _of_decision(self, happening: Happening) -> Iterator[_Problem]:
        kind = happening_kind(happening)
        decision = happening.decide or happening.program or ""
        if happening.at is None:
            yield (), "no-step", "A decision is said at a step, and none is named here.", 'Add "at: STEP".'
            return
        yield from _known(happening.at, self._steps, ("at",), "step")
        step = self._steps.get(happening.at)
        if step is None:
            return
        if kind == "program" and step.automatic is None:
            problem = f"No program decides at {shown(happening.at)}."
            yield ("program",), "no-program", problem, 'Write "decide:" for what a person says.'
        if happening.refused is not None:
            known = dict.fromkeys(one for other in self._steps.values() for one in other.decisions)
            yield from _known(decision, known, (kind,), "decision of this service")
            return
        yield from _known(decision, step.decisions, (kind,), f"decision at {shown(happening.at)}")
        yield from self._of_rest(happening)
        rule = step.decisions.get(decision)
        if rule is not None:
            yield from _of_rule(happening, rule)

    def _of_resume(self, happening: Happening) -> Iterator[_Problem]:
        yield from _known(happening.resume or "", self._steps, ("resume",), "step")
        yield from self._of_rest(happening)

    def _of_rest(self, happening: Happening) -> Iterator[_Problem]:
        """What may stand beside several kinds."""
        if happening.refused is not None:
            return
        for key, desk in (("desk", happening.desk), ("next_desk", happening.next_desk)):
            if desk is not None:
                yield from _known(desk, self._desks, (key,), "desk of this service")
        yield from self._of_given((), happening.form or (), happening.papers or ())
        named: list[tuple[Path, str]] = [(("requirements", no), code) for no, code in enumerate(happening.requirements)]
        named += [(("defects", no, "requirement"), one.requirement) for no, one in enumerate(happening.defects)]
        for path, code in named:
            yield from _known(code, self._workflow.requirements, path, "requirement")

    def _of_then(self, scenario: Scenario) -> Iterator[_Problem]:
        then = scenario.then
        begun = any(happening.registers and not happening.refused for happening in scenario.when)
        if (then.end is None) == (then.step is None) and (begun or then.end is not None):
            way_out = 'Say either "end:", or "step:" where it is still open.'
            yield ("then",), "no-outcome", "It must be said how it stands at the end, in one way.", way_out
        if then.end is not None:
            yield from _known(then.end, self._workflow.ends, ("then", "end"), "end")
        if then.step is not None:
            yield from _known(then.step, self._steps, ("then", "step"), "step")
        for no, desk in enumerate(then.desks or ()):
            yield from _known(desk, self._desks, ("then", "desks", no), "desk of this service")
        for no, step in enumerate(then.skipped):
            yield from _known(step, self._steps, ("then", "skipped", no), "step")

    @property
    def _steps(self) -> Mapping[str, Step]:
        return self._workflow.steps


def _of_wait(happening: Happening) -> Iterator[_Problem]:
    if _WAIT.fullmatch(happening.wait or "") is None:
        problem = f"{shown(happening.wait or '')} is no time to wait."
        yield ("wait",), "wrong-value", problem, 'Write "6 working days", "190 days", "2 hours" or "30 minutes".'


def _of_rule(happening: Happening, rule: DecisionRule) -> Iterator[_Problem]:
    for no, code in enumerate(happening.reasons):
        yield from _known(code, rule.reasons, ("reasons", no), "reason of this decision's list")
    for field in happening.findings:
        yield from _known(field, rule.collects, ("findings", field), "field this decision collects")


def _known(word: str, known: Iterable[str], path: Path, what: str) -> Iterator[_Problem]:
    words = list(known)
    if word not in words:
        kind = re.sub(r"[^a-z]+", "-", what.partition(" at ")[0].partition(" of ")[0].partition(" this ")[0])
        yield path, f"unknown-{kind}", f"{shown(word)} is no {what}.", instead_of(word, words)


def _is_said(happening: Happening, kind: str) -> bool:
    return getattr(happening, "registers" if kind == "register" else kind) is not None


def _written_keys(happening: Happening) -> set[str]:
    return {"register" if name == "registers" else name for name in happening.model_fields_set}


def _finding(source: YamlSource, problem: _Problem) -> Finding:
    path, code, sentence, way_out = problem
    line, column = source.place_of(path)
    return Finding(file=source.file, line=line, column=column, code=code, problem=sentence, way_out=way_out)
