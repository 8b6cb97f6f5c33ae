"""What a search of the log can be narrowed by, in words: each value a link that adds it or takes it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from routing.domain.desks import Label
from routing.domain.log_reading import UNKNOWN
from routing.domain.time_limits import Pause
from routing.domain.workflow import Outcome
from routing.office import Office
from routing.reading.audit_facets import FACETS, Facets
from routing.reading.catalogue import names_of, services_in_force
from routing.web.conditions import CHANNELS
from routing.web.limits_told import PAUSES
from routing.web.timeline import BASES, KIND_NAMES
from routing.web.visitors import Staff
from routing.web.wording import N_, Wording

#: What each filter is called.
FILTERS = {
    "number": N_("Application"),
    "service": N_("Service"),
    "unit": N_("Unit"),
    "desk": N_("Desk"),
    "actor": N_("Actor (account)"),
    "kind": N_("Kind"),
    "decision": N_("Decision"),
    "outcome": N_("Outcome"),
    "reason": N_("Chosen reason"),
    "channel": N_("Channel"),
    "since": N_("From"),
    "until": N_("To, inclusive"),
}
#: How an application can end.
OUTCOMES = {
    Outcome.GRANTED: N_("granted"),
    Outcome.REFUSED: N_("refused"),
    Outcome.WITHDRAWN: N_("withdrawn"),
    Outcome.CLOSED: N_("closed"),
    Outcome.STOPPED: N_("stopped"),
    Outcome.REFERRED: N_("referred"),
}
_SHOWN = 8

#: A value of a filter, by the filter's name, as the reader knows it.
Called = Callable[[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value that occurs."""

    name: str
    code: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One thing to narrow by."""

    name: str
    values: tuple[FacetValue, ...]
    #: how many further values there are
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A filter that is on, and the address without it."""

    name: str
    value: str
    without: str


def facets_told(facets: Facets, typed: Mapping[str, str], called: Called) -> list[Facet]:
    """Every facet that has a value."""
    told = []
    for name in FACETS:
        values = facets.values.get(name, ())
        # The one that is chosen is shown, however rare.
        shown = [one for place, one in enumerate(values) if place < _SHOWN or one[0] == typed[name]]
        if shown:
            lines = tuple(_value(name, code, count, typed, called) for code, count in shown)
            told.append(Facet(name=FILTERS[name], values=lines, more=len(values) - len(shown)))
    return told


def chosen(typed: Mapping[str, str], called: Called) -> list[Chosen]:
    """The filters that are on, in words."""
    return [
        Chosen(name=FILTERS[name], value=called(name, value), without=log_address(typed, **{name: ""}))
        for name, value in typed.items()
        if value
    ]


def log_address(typed: Mapping[str, str], path: str = "/audit", **changed: str) -> str:
    """The address of the question with these changes."""
    asked = {name: value for name, value in {**typed, **changed}.items() if value}
    return f"{path}?{urlencode(asked)}" if asked else path


def names_of_values(office: Office, staff: Staff, wording: Wording, actors: Iterator[str]) -> Called:
    """What each value is called; the code itself where the office has no name for it."""
    with office.reading() as connection:
        people = names_of(connection, actors)
    offices = staff.directory.names(wording.language)
    labels = _labels(office)

    def called(name: str, value: str) -> str:
        if value == UNKNOWN:
            return wording.text(N_("something this office does not know"))
        if name in {"desk", "unit"}:
            return offices.get(value, value)
        if name in labels and value in labels[name]:
            return wording.label(labels[name][value])
        words = _WORDS.get(name, {})
        if name == "reason" and value in set(Pause):
            return wording.phrase(PAUSES[Pause(value)])
        if name == "actor":
            return people.get(value, value)
        return wording.text(words[value]) if value in words else value

    return called


def question_told(question: Mapping[str, str], called: Called, wording: Wording) -> str:
    """A question that is in the log, in a line."""
    parts = []
    for name, value in question.items():
        if name in FILTERS:
            shown = wording.short(datetime.fromisoformat(value)) if name in {"since", "until"} else called(name, value)
            label = wording.text(N_("before") if name == "until" else FILTERS[name])
            parts.append(f"{label}: {shown}")
    return "; ".join(parts)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": KIND_NAMES,
    "outcome": {one.value: name for one, name in OUTCOMES.items()},
    "channel": CHANNELS,
    "reason": {one.value: name for one, name in BASES.items()},
}


def _value(name: str, code: str, count: int, typed: Mapping[str, str], called: Called) -> FacetValue:
    is_chosen = typed[name] == code
    address = log_address(typed, **{name: "" if is_chosen else code})
    return FacetValue(name=called(name, code), code=code, count=count, is_chosen=is_chosen, address=address)


def _labels(office: Office) -> dict[str, dict[str, Label]]:
    """What services in force call a service, a decision, a reason; where they differ, what most of them say."""
    said: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for workflow in services_in_force(office):
        found = [("service", workflow.service, workflow.label)]
        rules = [one for step in workflow.steps.values() for one in step.decisions.items()]
        found += [("decision", code, rule.label) for code, rule in rules]
        found += [("reason", code, label) for _, rule in rules for code, label in rule.reasons.items()]
        for name, code, label in found:
            said.setdefault((name, code), Counter())[label.id, label.en] += 1
    labels: dict[str, dict[str, Label]] = {}
    for (name, code), counted in said.items():
        (in_indonesian, in_english), _ = counted.most_common(1)[0]
        labels.setdefault(name, {})[code] = Label(id=in_indonesian, en=in_english)
    return labels
