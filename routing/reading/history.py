"""What happened to one application? Its audit entries, read by the shape they were written in, with their notes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.desks import Label
from routing.domain.fields import Fact, Field
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.reading.moved_dues import MovedTold, Why, moved_in, whys_of
from routing.reading.versions_then import GONE_OVER, workflow_then
from routing.reading.who_applies import note_in
from routing.storage.tables import application_keys, applications, audit_entries, notes

ENTRIES_ON_A_PAGE = 200

_ENTRIES = (
    sa.select(
        audit_entries,
        notes.c.sealed,
        application_keys.c.wrapped,
        applications.c.number,
        applications.c.workflow,
        GONE_OVER,
    )
    .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
    .outerjoin(
        notes,
        (notes.c.application_id == audit_entries.c.application_id) & (notes.c.seq == audit_entries.c.seq),
    )
    .outerjoin(application_keys, application_keys.c.application_id == audit_entries.c.application_id)
    .where(audit_entries.c.application_id == sa.bindparam("id"), audit_entries.c.seq < sa.bindparam("before"))
    .order_by(audit_entries.c.seq.desc())
    .limit(sa.bindparam("most"))
)
_DECISIONS = _ENTRIES.where(audit_entries.c.kind.in_(("decided", "reassigned", "migrated", "resumed")))
#: So many decisions back what is asked of the applicant is looked for: every other desk may have spoken since.
_LOOKED_BACK = 50
_AFTER_THE_LAST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry, in words: every code with the label it had in the workflow of its time."""

    application_id: int
    number: str
    seq: int
    at: datetime
    kind: str
    desk: str | None
    actor: str
    #: the actor's name, where it is one of the office's own accounts
    actor_name: str | None
    role: str | None = None
    step: Label | None = None
    step_code: str | None = None
    decision: Label | None = None
    decision_code: str | None = None
    #: the step or end it leads to
    target: Label | None = None
    #: the desks it was sent to
    sent_to: tuple[str, ...] = ()
    #: the number of the visit it happened at
    visit: int | None = None
    #: the numbers of the visits it opened
    opened: tuple[int, ...] = ()
    #: of a visit that was opened, the number of the one it takes the place of
    instead_of: Mapping[int, int] = field(default_factory=dict)
    #: whose claim had lapsed, or who had held it
    holder: str | None = None
    #: the code of what kept a program from deciding
    cause: str | None = None
    #: requirements handed in, to be repaired, or that a paper was attached for
    requirements: tuple[Label, ...] = ()
    #: of these, what was returned although an earlier return could have named it
    repeated: tuple[Label, ...] = ()
    #: chosen from the decision's list
    reasons: tuple[Label, ...] = ()
    #: what the decision found out: code, what was asked, what was found
    findings: tuple[tuple[str, Field, Fact], ...] = ()
    #: the application's version after the move it tells of; None: written before entries said so
    version: int | None = None
    #: the keyed digest of the reason in the log
    reason_digest: str | None = None
    #: the reason itself, kept beside the log; None: there is none, or it is not for these eyes
    note: str | None = None
    #: plh or plt: they stood in for somebody, by the letter ``instrument``
    acting: str | None = None
    instrument: str | None = None
    #: what was revealed
    fields: tuple[str, ...] = ()
    #: why personal data was destroyed; the law whose limit has passed
    basis: str | None = None
    #: of a warning: ``promise``, ``legal`` or the number of a visit; when that is due; how near it was; who was told
    about: str | None = None
    due: datetime | None = None
    levels: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    #: what a change of the calendar moved, and why; no reason: it was counted for the first time
    moved: tuple[MovedTold, ...] = ()
    because: tuple[Why, ...] = ()
    #: why the promise stands still, or stood still until then; the number of the letter it rests on
    pause: str | None = None
    letter: str | None = None
    #: the integrity signal that was answered, and how
    signal: str | None = None
    status: str | None = None
    body: bytes = b""
    hash: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Events of an application, newest first."""

    events: tuple[Event, ...]
    #: the ``before`` of the next page; None: this is the last
    next: int | None


def history(
    office: Office,
    application_id: int,
    *,
    before: int | None = None,
    with_notes: bool,
    most: int = ENTRIES_ON_A_PAGE,
) -> History:
    """What happened, newest first. Notes are free text about people: only for those who may see them."""
    wanted = {"id": application_id, "before": before or _AFTER_THE_LAST, "most": most + 1}
    events = _events(office, _ENTRIES, wanted, with_notes=with_notes)
    return History(events=events[:most], next=events[most - 1].seq if len(events) > most else None)


def decision_behind(office: Office, application_id: int, visit: int, *, with_notes: bool) -> Event | None:
    """The decision that sent the document to this visit: why it is there, and what is to be repaired."""
    wanted = {"id": application_id, "before": _AFTER_THE_LAST, "most": _LOOKED_BACK}
    events = _events(office, _DECISIONS, wanted, with_notes=with_notes)
    for event in events:
        if visit in event.opened and event.kind == "reassigned" and event.visit is not None:
            visit = event.visit  # Passed on: what was asked was asked before.
        elif visit in event.instead_of:
            # The same errand, at another desk of a new version, or taken up again.
            visit = event.instead_of[visit]
        elif visit in event.opened:
            return event if event.kind in {"decided", "reassigned"} else None
    return None


def _events(
    office: Office, statement: sa.Select[*tuple[Any, ...]], wanted: dict[str, int], *, with_notes: bool
) -> tuple[Event, ...]:
    with office.reading() as connection:
        rows = connection.execute(statement, wanted).all()
        names = names_of(connection, (row.actor for row in rows))
        whys = whys_of(connection, rows)
        texts = [note_in(office, connection, row) if with_notes else None for row in rows]
    return tuple(
        event_of(row, workflow_then(office, row), names, note=text, because=whys.get((row.application_id, row.seq), ()))
        for row, text in zip(rows, texts, strict=True)
    )


def event_of(
    row: sa.Row[*tuple[Any, ...]],
    workflow: Workflow,
    names: Mapping[str, str],
    *,
    note: str | None = None,
    because: tuple[Why, ...] = (),
) -> Event:
    """An entry in words, whatever the version of its shape."""
    said = json.loads(bytes(row.body))
    read = _READERS.get(said.get("schema"), _read_nothing)
    return Event(
        application_id=row.application_id,
        number=row.number,
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        desk=row.desk,
        actor=row.actor,
        actor_name=names.get(row.actor) if workflow.imported_from is None else None,
        note=note,
        because=because,
        body=bytes(row.body),
        hash=bytes(row.hash),
        **read(said, workflow),
    )


def _read_first_shape(said: Mapping[str, Any], workflow: Workflow) -> dict[str, Any]:
    step, decision, target = said.get("step"), said.get("decision"), said.get("to")
    rule = workflow.steps[step].decisions.get(decision) if step in workflow.steps and decision else None
    # A decision and a registration name several, a paper is for one or for none.
    named = said.get("requirements") or said.get("papers") or [said.get("requirement")]
    return {
        "role": said.get("role"),
        "step_code": step,
        "visit": said.get("visit"),
        "step": _label(workflow, step),
        "decision_code": decision,
        "decision": rule.label if rule is not None else None,
        "target": _label(workflow, target),
        **_sent([said["sent"]] if said.get("sent") else []),
        "requirements": tuple(workflow.requirements[code].label for code in named if code in workflow.requirements),
        "version": said.get("version"),
        "reason_digest": said.get("reason"),
        "acting": said.get("acting"),
        "instrument": said.get("instrument"),
        "fields": tuple(said.get("fields") or ()),
        "basis": said.get("basis"),
    }


def _read_second_shape(said: Mapping[str, Any], workflow: Workflow) -> dict[str, Any]:
    """Since several desks can be sent to at once, and an opinion leads nowhere by itself."""
    sent = said.get("sent") or []
    first = _read_first_shape({**said, "sent": None}, workflow)
    if first["target"] is None and sent:
        first["target"] = _label(workflow, sent[0]["step"])
    return {
        **first,
        **_sent(sent),
        **_beside(said, workflow),
        "holder": said.get("lapsed") or said.get("holder"),
        "cause": said.get("cause"),
        **_warned(said),
        "moved": moved_in(said),
        "pause": said.get("pause"),
        "letter": said.get("letter"),
        "signal": said.get("signal"),
        "status": said.get("status"),
    }


def _warned(said: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody was told when time ran out."""
    if "told" not in said:
        return {}
    return {
        "about": said["about"],
        "due": datetime.fromisoformat(said["due"]),
        "levels": tuple(said["levels"]),
        "told": tuple(said["told"]),
    }


def _beside(said: Mapping[str, Any], workflow: Workflow) -> dict[str, Any]:
    """What was said beside the decision itself."""
    step = workflow.steps.get(said.get("step") or "")
    rule = step.decisions.get(said.get("decision") or "") if step is not None else None
    if rule is None:
        return {}
    needs, findings = workflow.requirements, said.get("findings") or {}
    return {
        "repeated": tuple(needs[code].label for code in said.get("repeated") or () if code in needs),
        "reasons": tuple(rule.reasons[code] for code in said.get("reasons") or () if code in rule.reasons),
        "findings": tuple((code, field, findings[code]) for code, field in rule.collects.items() if code in findings),
    }


def _sent(sent: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "sent_to": tuple(one["desk"] for one in sent),
        "opened": tuple(one["visit"] for one in sent),
        "instead_of": {one["visit"]: one["instead_of"] for one in sent if one.get("instead_of") is not None},
    }


def _read_nothing(_said: Mapping[str, Any], _workflow: Workflow) -> dict[str, Any]:
    """An entry of a newer program: its kind, time, desk and actor are columns and can be shown all the same."""
    return {}


def _label(workflow: Workflow, code: str | None) -> Label | None:
    known = code is not None and (code in workflow.steps or code in workflow.ends)
    return workflow.label_of(code) if known and code is not None else None


# One reader for each shape an entry was ever written in; an old one is never taken away.
_READERS = {1: _read_first_shape, 2: _read_second_shape}
