"""Legal routes, whatever they look like, are accepted and never leave a document stuck; broken ones are found out."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from routing.catalogue.checker import check_workflow
from routing.domain.conditions import ConditionNotMet
from routing.domain.errors import DeskNotNamed
from routing.domain.facts import guard_facts
from routing.domain.fields import Fact
from routing.domain.people import Person
from routing.domain.visits import Visit
from routing.domain.workflow import Workflow
from tests.catalogue.random_routes import CHANNELS, Route, answers, label, legal_routes
from tests.domain.people_of_the_mall import Walk, person

quietly = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
#: So many decisions are taken at random, before the document is led to its end.
ASTRAY = 15
#: By then it must have ended: three times round the longest route.
AT_LAST = 80


class RandomWalk:
    """A document whose desks say whatever they can."""

    def __init__(self, workflow: Workflow, data: st.DataObject) -> None:
        self.workflow = workflow
        self.data = data
        form = {code: field.model_dump(mode="json") for code, field in workflow.form.items()}
        facts: dict[str, Fact] = {f"form.{name}": value for name, value in data.draw(_answers(form)).items()}
        facts["applicant.kind"] = data.draw(st.sampled_from(("person", "business")))
        register = workflow.steps["register"]
        channel = data.draw(st.sampled_from(CHANNELS))
        self.walk: Walk | None = None
        for decision in register.decisions:
            if self.walk is None:
                self._register(decision, facts, channel)

    def _register(self, decision: str, facts: dict[str, Fact], channel: str, next_desk: str | None = None) -> None:
        """The first decision that holds; the counter's must cover every case."""
        try:
            self.walk = Walk(
                self.workflow, by=at("register", "register-0", self.workflow), papers=("id-card", "plan"),
                decision=decision, desk="register-0", facts=facts, channel=channel, next_desk=next_desk,
            )  # fmt: skip
        except ConditionNotMet:
            self.walk = None
        except DeskNotNamed as refusal:
            named = self.data.draw(st.sampled_from(str(refusal.facts["desks"]).split(", ")))
            self._register(decision, facts, channel, named)

    def choices(self) -> list[tuple[Visit, str]]:
        """What could be said now, where."""
        walk = self.walk
        assert walk is not None, "at the counter nothing could be decided"
        facts = guard_facts(self.workflow, walk.application)
        said = [
            (visit, decision)
            for visit in walk.open_visits
            for decision in walk.book.possible(visit.step, visit.origin_step, visit.desk, facts)
        ]
        in_time = [one for one in said if one[1] != "stop"]  # That is for when the deadline is over.
        assert in_time, f"nothing can be decided: {walk.where}"
        return in_time

    def says(self, visit: Visit, decision: str, next_desk: str | None = None) -> None:
        assert self.walk is not None
        rule = self.workflow.steps[visit.step].decisions[decision]
        fields = {code: field.model_dump(mode="json") for code, field in rule.collects.items()}
        found = {name: _typed(value) for name, value in self.data.draw(_answers(fields)).items()}
        try:
            self.walk.decides(
                at(visit.step, visit.desk, self.workflow), decision, visit=visit.no, next_desk=next_desk,
                requirements=("plan",) if rule.names_requirements else (), reason="karena", findings=found,
            )  # fmt: skip
        except DeskNotNamed as refusal:
            desks = str(refusal.facts["desks"]).split(", ")
            self.says(visit, decision, self.data.draw(st.sampled_from(desks)))

    @property
    def is_open(self) -> bool:
        return self.walk is not None and self.walk.application.is_open


@st.composite
def _answers(draw: st.DrawFn, fields: dict[str, Route]) -> dict[str, Any]:
    return answers(draw, fields)


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace(".", ",")


def at(step: str, desk: str, workflow: Workflow) -> Person:
    """Whoever sits at that desk: nobody sits at two, so that there are always other eyes."""
    return person(f"{step}.{desk}", workflow.steps[step].roles[0], desk)


@quietly
@given(data=st.data())
def test_a_legal_route_is_accepted_and_brings_every_document_to_an_end(data: st.DataObject) -> None:
    workflow = data.draw(legal_routes()).workflow
    assert [str(finding) for finding in check_workflow(workflow, None)] == []
    walk = RandomWalk(workflow, data)
    assert walk.walk is not None, "at the counter nothing could be decided"
    for _ in range(ASTRAY):
        if walk.is_open:
            walk.says(*data.draw(st.sampled_from(walk.choices())))
    # Whatever has been decided so far: who wants it to end can end it.
    onward = ("resubmit", "jump", "forward", "object")
    for _ in range(AT_LAST):
        if walk.is_open:
            said = [one for one in walk.choices() if one[1] in onward]
            assert said, f"no way on: {walk.walk.where}"
            walk.says(*said[0])
    assert not walk.is_open


Break = Callable[[Route], object]


def _last(route: Route) -> Route:
    """The last of the desks' own steps."""
    step: Route = [step for code, step in route["steps"].items() if code != "repair"][-1]
    return step


def _first(route: Route) -> Route:
    step: Route = route["steps"]["step-1"]
    return step


def _loop(route: Route) -> None:
    code = [code for code in route["steps"] if code != "repair"][-1]
    route["steps"][code].pop("otherwise", None), route["steps"][code].pop("only_if", None)
    route["steps"][code].pop("only_if_at", None)
    for rule in route["steps"][code]["decisions"].values():
        rule["to"] = code


def _all_conditional(route: Route) -> None:
    for rule in _first(route)["decisions"].values():
        rule["only_if"] = "channel == 'village'"


_DECISION = {"label": label("Kata"), "to": "granted"}
#: What is broken in a random legal route, and the rule that must tell.
DEFECTS: list[tuple[str, Break]] = [
    ("dangling-target", lambda route: _first(route)["decisions"]["forward"].update(to="nowhere")),
    ("dangling-target", lambda route: _first(route).update(only_if="form == form", otherwise="nowhere")),
    ("dangling-target", lambda route: _first(route)["decisions"]["forward"].update(not_by=["nowhere"])),
    ("dangling-target", lambda route: route["requirements"]["plan"].update(due="nowhere")),
    ("unreachable-step", lambda route: route["steps"].update(
        island={"label": label("Pulau"), "desks": ["a"], "roles": ["b"], "decisions": {"go": _DECISION}})),
    ("unreachable-end", lambda route: route["ends"].update(island={"label": label("Pulau"), "outcome": "refused"})),
    ("dead-end", _loop),
    ("origin-without-return", lambda route: _last(route)["decisions"].update(
        back={"label": label("B"), "to": "origin"})),
    ("join-too-large", lambda route: (_first(route).pop("desk_by", None), _first(route).update(
        join=len(_first(route)["desks"]) + 1))),
    ("broken-condition", lambda route: _last(route)["decisions"]["forward"].update(only_if="form.(")),
    ("unknown-fact", lambda route: _last(route)["decisions"]["forward"].update(only_if="form.nobody > 1")),
    ("unknown-fact", lambda route: _last(route)["decisions"]["forward"].update(only_if="weather == 'fine'")),
    ("unknown-choice", lambda route: _last(route)["decisions"]["forward"].update(only_if="channel == 'balloon'")),
    ("condition-fails", lambda route: _last(route)["decisions"]["forward"].update(only_if="counts.moves > 'x'")),
    ("condition-never-holds", lambda route: _last(route)["decisions"]["forward"].update(only_if="counts.moves < 0")),
    ("no-decision-possible", _all_conditional),
    ("four-eyes-itself", lambda route: _first(route)["decisions"]["forward"].update(
        not_by=["step-1"], opinion=False)),
    ("same-label", lambda route: _first(route)["decisions"].update(
        again={"label": label("Teruskan"), "to": "granted"})),
    ("same-decision", lambda route: route["steps"]["register"].update(decisions={
        "one": {"label": label("Satu"), "to": "step-1"}, "two": {"label": label("Dua"), "to": "step-1"}})),
    ("promise-too-short", lambda route: (route.update(working_days=route["working_days"]), _first(route).pop(
        "working_days_at", None), _first(route).update(working_days=route["working_days"] + 5))),
    ("fee-without-basis", lambda route: route.update(fees=[{"label": label("Biaya"), "amount": 1}])),
    ("missing-translation", lambda route: _last(route).update(label={"id": "Ada", "en": " "})),
    ("skip-loop", lambda route: _first(route).update(only_if="counts.moves > 1", otherwise="step-1")),
    ("otherwise-without-condition", lambda route: (_first(route).pop("only_if", None), _first(route).update(
        otherwise="granted", only_if_at={}))),
    ("desk-not-of-step", lambda route: _first(route)["decisions"]["forward"].update(desks=["elsewhere"])),
    ("no-channel", lambda route: route.update(channels=[])),
    ("unknown-field", lambda route: route.update(quota={"most": 3, "per": "nobody"})),
]  # fmt: skip


@pytest.mark.parametrize(("code", "breaks"), DEFECTS, ids=[f"{place}-{one[0]}" for place, one in enumerate(DEFECTS)])
@settings(quietly, max_examples=6)
@given(data=st.data())
def test_a_route_that_is_broken_somewhere_is_found_out(code: str, breaks: Break, data: st.DataObject) -> None:
    route = copy.deepcopy(data.draw(legal_routes()).route)
    breaks(route)
    found = check_workflow(Workflow.model_validate(route), None)
    assert code in {finding.code for finding in found}, [str(finding) for finding in found]
