"""Where an application stands, told anew from its log alone: what the tables must say if nobody went past the pen.

The log is never read in order to decide; this is for whoever doubts the rows. The promise clock is told by
``clock_from_log``. What is left out is what no entry tells: due dates of visits, attempts of programs, rings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from routing.domain.fields import Fact
from routing.domain.workflow import Workflow

#: What an entry says, as it was read from its bytes.
Said = Mapping[str, Any]

#: Entries of the first shape said less of visits than there is to know.
_TELLS_OF_VISITS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A visit, as far as the log tells of it."""

    no: int
    step: str
    desk: str
    sent_at: datetime
    arrived_at: datetime | None = None
    holder: str | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    decision: str | None = None
    decided_by: str | None = None


@dataclass(slots=True, kw_only=True)
class Folded:
    """An application as its log tells it; ``visits``: by their number."""

    service: str = ""
    workflow: str = ""
    channel: str | None = None
    imported_case: str | None = None
    submitted_at: datetime | None = None
    #: the step or end it was led to last
    step: str | None = None
    #: the number of moves, where the last entry says it; older ones did not
    version: int | None = None
    #: requirements that were handed in, in the order in which they first were
    papers: dict[str, None] = field(default_factory=dict)
    #: what the form said, and what desks found out, by the name it has among the facts
    facts: dict[str, Fact] = field(default_factory=dict)
    visits: dict[int, Stay] = field(default_factory=dict)
    #: whether every entry says what happened to its visit
    tells_of_visits: bool = True


def state_from_log(entries: Iterable[Said]) -> Folded:
    """How the application stands after the last of these entries, which stand in their order."""
    told = Folded()
    for said in entries:
        _note_application(told, said)
        _note_visits(told, said)
    return told


def differences(told: Folded, application: Any, workflow: Workflow, visits: Iterable[Any]) -> list[str]:
    """What the rows say differently, in words; the application and the visits are rows, or the values of rows."""
    outcome = workflow.ends[told.step].outcome.value if told.step in workflow.ends else None
    columns: dict[str, Any] = {
        "service": told.service,
        "workflow": told.workflow,
        "channel": told.channel or application.channel,
        "imported_case": told.imported_case,
        "submitted_at": told.submitted_at,
        "step": told.step,
        "outcome": outcome,
        "version": told.version if told.version is not None else application.version,
    }
    found = [
        f"the application's {name} is {_shown(there)}, by the log it is {_shown(wanted)}"
        for name, wanted in columns.items()
        if (there := getattr(application, name)) != wanted
    ]
    if list(application.papers) != list(told.papers):
        found.append("the papers handed in are not those the log tells of")
    found += [
        f"the application's {name} is {_shown(application.facts.get(name))}, by the log it is {_shown(value)}"
        for name, value in told.facts.items()
        if application.facts.get(name) != value
    ]
    return found + (list(_visits_differ(told, visits)) if told.tells_of_visits else [])


def _visits_differ(told: Folded, visits: Iterable[Any]) -> Iterator[str]:
    left = dict(told.visits)
    for visit in visits:
        stay = left.pop(visit.no, None)
        if stay is None:
            yield f"the log knows no visit {visit.no}"
            continue
        for name in Stay.__dataclass_fields__:
            there, wanted = getattr(visit, name), getattr(stay, name)
            if there != wanted:
                yield f"{name} of visit {visit.no} is {_shown(there)}, by the log it is {_shown(wanted)}"
    yield from (f"visit {no} is not in the books any more" for no in left)


def _shown(value: Any) -> str:
    return "-" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)


def _note_application(told: Folded, said: Said) -> None:
    kind = said["kind"]
    if kind == "submitted":
        told.service, told.channel = said["service"], said.get("channel")
        told.submitted_at = datetime.fromisoformat(said["at"])
        told.imported_case = (said.get("imported") or {}).get("case")
        told.facts = {f"form.{code}": value for code, value in (said.get("form") or {}).items()}
    told.workflow = said["workflow"] if kind in ("submitted", "migrated") else told.workflow
    told.step = said.get("to") or told.step
    told.version = said.get("version")
    told.papers |= dict.fromkeys(said.get("papers") or ())
    if kind == "attached" and said.get("requirement"):
        told.papers[said["requirement"]] = None
    told.facts |= {f"findings.{code}": value for code, value in (said.get("findings") or {}).items()}
    if kind in ("migrated", "key-destroyed"):
        # Under a new version some of what was said may have no field; with the applicant's key all of it goes.
        told.facts = {}


def _note_visits(told: Folded, said: Said) -> None:
    if said.get("schema", 1) < _TELLS_OF_VISITS:
        told.tells_of_visits = False
        return
    at = datetime.fromisoformat(said["at"])
    if said["kind"] == "submitted":
        # Nobody carries it to the counter it is handed in at; at which step that is, the decision there says.
        told.visits[1] = Stay(no=1, step="", desk=said["desk"], sent_at=at, arrived_at=at)
    mapping = said.get("mapping")
    if mapping:
        told.visits = {no: replace(stay, step=mapping.get(stay.step, stay.step)) for no, stay in told.visits.items()}
    stay = told.visits.get(said.get("visit", 0))
    if stay is not None:
        told.visits[stay.no] = _after(stay, said, at)
    sent = (Stay(no=one["visit"], step=one["step"], desk=one["desk"], sent_at=at) for one in said.get("sent") or ())
    told.visits |= {stay.no: stay for stay in sent}


def _after(stay: Stay, said: Said, at: datetime) -> Stay:
    """The visit after what the entry tells."""
    kind, actor = said["kind"], said["actor"]
    if kind == "arrived":
        return replace(stay, arrived_at=at)
    if kind == "claimed":
        return replace(stay, holder=actor, claimed_at=at)
    if kind in ("released", "retried"):
        return replace(stay, holder=None, claimed_at=None)
    if kind == "recalled":
        return replace(stay, closed_at=at)
    if kind == "decided":
        holder = stay.holder or actor
        return replace(
            stay,
            step=stay.step or said["step"],
            closed_at=at,
            decision=said["decision"],
            decided_by=actor,
            holder=holder,
        )
    return stay
