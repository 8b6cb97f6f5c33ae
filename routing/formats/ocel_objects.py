"""The office's applications as objects and events of an object-centric event log (OCEL 2.0).

Objects are applications, visits, desks, officers under pseudonyms and documents; every relation says what it is by a
qualifier. There are no packages of applications in the office yet, so there is no such type. How a file holds these
values is its writer's. What was said already (a desk, an officer, a name of a fact) is said once, so a writer that
goes on where another stopped has to be told of it: ``state``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from routing.domain.audit_chain import rfc3339
from routing.formats.exported_log import ExportedApplication, ExportedEntry, ExportedVisit

#: Attributes of every type of event, with their types.
EVENT_ATTRIBUTES = (
    ("seq", "integer"), ("kind", "string"), ("decision", "string"), ("step", "string"), ("role", "string"),
    ("minutes", "integer"), ("working_days", "integer"),
)  # fmt: skip
#: Attributes of each type of object; an application has its facts beside.
OBJECT_ATTRIBUTES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "application": (
        ("number", "string"), ("service", "string"), ("channel", "string"), ("case", "string"),
        ("submitted_at", "time"), ("outcome", "string"), ("minutes", "integer"), ("working_days", "integer"),
    ),
    "visit": (
        ("step", "string"), ("sent_at", "time"), ("arrived_at", "time"), ("closed_at", "time"), ("decision", "string"),
    ),
    "desk": (("name", "string"),),
    "officer": (),
    "document": (("requirement", "string"), ("media_type", "string"), ("bytes", "integer")),
}  # fmt: skip
# What SQLite keeps for itself in the tables of the format.
_TAKEN = ("ocel_id", "ocel_time", "ocel_changed_field")

Value = str | int | float | bool
#: (the other object, how it is related)
Relation = tuple[str, str]


class OcelEvent(NamedTuple):
    """Something that happened, to all the objects it is related to."""

    id: str
    type: str
    at: str
    #: values of ``EVENT_ATTRIBUTES``, in their order
    values: tuple[str | int | None, ...]
    relations: tuple[Relation, ...]


class OcelObject(NamedTuple):
    """A thing that events happen to."""

    id: str
    type: str
    values: Mapping[str, Value]
    relations: tuple[Relation, ...]


class OcelTeller:
    """Tells applications one after the other, each thing once."""

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        state = state or {}
        self._desks: set[str] = set(state.get("desks", ()))
        self._officers: set[str] = set(state.get("officers", ()))
        #: every type of event so far
        self.event_types: dict[str, None] = dict.fromkeys(state.get("event_types", ()))
        #: every fact of applications so far, and the attribute it is told as
        self.facts: dict[str, str] = dict(state.get("facts", {}))
        own = (name for name, _ in OBJECT_ATTRIBUTES["application"])
        self._names = {name.casefold() for name in (*_TAKEN, *own, *self.facts.values())}

    def state(self) -> dict[str, Any]:
        """What another needs to go on."""
        return {
            "desks": sorted(self._desks),
            "officers": sorted(self._officers),
            "event_types": list(self.event_types),
            "facts": self.facts,
        }

    def tell(self, told: ExportedApplication) -> tuple[list[OcelEvent], list[OcelObject]]:
        """Its entries, and the objects they are related to which nobody has told of yet.

        An object without an event is not told: the readers of the format leave such a one out.
        """
        visits = {visit.no: visit for visit in told.visits}
        documents = {paper.no for paper in told.papers}
        events = [_event(told.number, entry, visits, documents) for entry in told.entries]
        self.event_types |= dict.fromkeys(event.type for event in events)
        related = {thing for event in events for thing, _ in event.relations}
        return events, list(self._objects(told, related))

    def _objects(self, told: ExportedApplication, related: AbstractSet[str]) -> Iterator[OcelObject]:
        number = told.number
        yield OcelObject(number, "application", dict(self._application_values(told)), ())
        for visit in told.visits:
            if (name := _visit(number, visit.no)) in related:
                relations = ((number, "visit of"), (_desk(visit.desk), "visit at"))
                yield OcelObject(name, "visit", _visit_values(visit), relations)
        for paper in told.papers:
            if (name := _document(number, paper.no)) in related:
                values: dict[str, Value] = {"media_type": paper.media_type, "bytes": paper.bytes}
                if paper.requirement is not None:
                    values["requirement"] = paper.requirement
                yield OcelObject(name, "document", values, ((number, "document of"),))
        desks = {_desk(visit.desk): visit.desk_name for visit in told.visits}
        desks |= {_desk(one.desk): one.desk_name or one.desk for one in told.entries if one.desk is not None}
        for name in sorted((related & desks.keys()) - self._desks):
            self._desks.add(name)
            yield OcelObject(name, "desk", {"name": desks[name]}, ())
        for name in sorted({_officer(one.actor) for one in told.entries if not one.is_of_a_program} - self._officers):
            self._officers.add(name)
            yield OcelObject(name, "officer", {}, ())

    def _application_values(self, told: ExportedApplication) -> Iterator[tuple[str, Value]]:
        values = (told.number, told.service, told.channel, told.imported_case, rfc3339(told.submitted_at),
                  told.outcome, told.minutes, told.working_days)  # fmt: skip
        for (name, _), value in zip(OBJECT_ATTRIBUTES["application"], values, strict=True):
            if value is not None:
                yield name, value
        for fact, said in told.facts.items():
            if said is not None:
                # Which type a fact has differs from service to service; a text can say them all.
                yield self._name_of(fact), _as_text(said)

    def _name_of(self, fact: str) -> str:
        found = self.facts.get(fact)
        if found is None:
            found, number = fact, 2
            # SQLite does not tell "Amount" from "amount".
            while found.casefold() in self._names or not found:
                found = f"{fact}.{number}"
                number += 1
            self._names.add(found.casefold())
            self.facts[fact] = found
        return found


def _event(
    number: str, entry: ExportedEntry, visits: Mapping[int, ExportedVisit], documents: Container[int]
) -> OcelEvent:
    # No object twice, whatever else it is to the event: readers of the format take the first
    relations = {number: "application"}
    if not entry.is_of_a_program:
        relations[_officer(entry.actor)] = "officer"
    if entry.desk is not None:
        relations[_desk(entry.desk)] = "desk"
    if entry.visit is not None and entry.visit in visits:
        relations[_visit(number, entry.visit)] = "visit"
        relations.setdefault(_desk(visits[entry.visit].desk), "desk")
    for no in entry.sent:
        if no in visits:
            relations.setdefault(_visit(number, no), "sends")
            relations.setdefault(_desk(visits[no].desk), "sends to")
    if entry.attachment in documents:
        relations[_document(number, entry.attachment)] = "document"
    values = (entry.seq, entry.kind, entry.decision, entry.step, entry.role, entry.minutes, entry.working_days)
    return OcelEvent(f"{number}/entry/{entry.seq}", entry.activity, rfc3339(entry.at), values, tuple(relations.items()))


def _visit_values(visit: ExportedVisit) -> dict[str, Value]:
    values: dict[str, Value] = {"step": visit.step, "sent_at": rfc3339(visit.sent_at)}
    if visit.arrived_at is not None:
        values["arrived_at"] = rfc3339(visit.arrived_at)
    if visit.closed_at is not None:
        values["closed_at"] = rfc3339(visit.closed_at)
    if visit.decision is not None:
        values["decision"] = visit.decision
    return values


def _as_text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _visit(number: str, no: int | None) -> str:
    return f"{number}/visit/{no}"


def _document(number: str, no: int | None) -> str:
    return f"{number}/document/{no}"


def _desk(code: str) -> str:
    return f"desk/{code}"


def _officer(actor: str) -> str:
    return f"officer/{actor}"
