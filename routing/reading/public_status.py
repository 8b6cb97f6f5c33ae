"""How far is my application, and whose turn is it? For anybody with the tracking code: nothing personal in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from routing.domain.application import Application
from routing.domain.desks import Label
from routing.domain.errors import UnknownTrackingCode
from routing.domain.identifiers import check_tracking_code
from routing.domain.next_step import desks_asked
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Outcome, Workflow
from routing.office import Office
from routing.reading.application_file import application_of
from routing.reading.history import decision_behind
from routing.storage.tables import applications, visits

_BY_CODE = sa.select(*(applications.c[name] for name in Application.__dataclass_fields__)).where(
    applications.c.tracking_code == sa.bindparam("code")
)
_OPEN = sa.select(visits.c.no, visits.c.step, visits.c.desk, visits.c.origin_step).where(
    visits.c.application_id == sa.bindparam("id"), visits.c.closed_at.is_(None)
)
_PASSED = (
    sa.select(visits.c.step)
    .where(visits.c.application_id == sa.bindparam("id"), visits.c.decision.is_not(None))
    .order_by(visits.c.no)
)


class Turn(StrEnum):
    """Who has to do something."""

    OFFICE = "office"
    APPLICANT = "applicant"
    NOBODY = "nobody"


class Progress(StrEnum):
    """How a stage stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of the way, as the public knows it."""

    label: Label
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStatus:
    """Where an application stands, without a name, a number, an officer or a reason."""

    tracking_code: str
    service: Label
    unit: str
    stage: Label
    turn: Turn
    outcome: Outcome | None
    stages: tuple[Stage, ...]
    #: where several desks work at once: how many have spoken, of how many; (0, 0): they do not
    spoken: tuple[int, int]
    #: what the applicant has to repair
    to_repair: tuple[Label, ...]
    working_days: int | None
    minutes: int | None
    submitted_at: datetime
    changed_at: datetime
    #: since when the law deems it granted, and which law that is
    deemed_at: datetime | None = None
    deemed_by: str = ""


def public_status(office: Office, typed_code: str) -> PublicStatus:
    """Where it stands. Raises UnknownTrackingCode, the same for a slip and for a code nobody was given."""
    code = check_tracking_code(typed_code)
    with office.reading() as connection:
        row = connection.execute(_BY_CODE, {"code": code}).first()
        if row is None:
            raise UnknownTrackingCode(code=typed_code[:40])
        passed = list(connection.execute(_PASSED, {"id": row.id}).scalars())
        here = connection.execute(_OPEN, {"id": row.id}).all()
    book = office.rule_book(row.workflow)
    workflow = book.workflow
    waiting = [visit for visit in here if workflow.waits_for_applicant(visit.step)]
    asked = [decision_behind(office, row.id, visit.no, with_notes=False) for visit in waiting]
    turn = Turn.NOBODY if row.outcome is not None else Turn.APPLICANT if waiting else Turn.OFFICE
    origin = next((visit.origin_step for visit in here if visit.step == row.step), None)
    return PublicStatus(
        tracking_code=row.tracking_code,
        service=workflow.label,
        unit=workflow.unit,
        stage=_public_label(workflow, row.step),
        turn=turn,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
        stages=tuple(_stages(book, row, passed, origin)),
        spoken=_spoken(workflow, application_of(row), len(here)),
        to_repair=tuple(dict.fromkeys(label for said in asked if said is not None for label in said.requirements)),
        working_days=workflow.working_days,
        minutes=workflow.minutes,
        submitted_at=row.submitted_at,
        changed_at=row.changed_at,
        deemed_at=row.deemed_at,
        deemed_by=workflow.legal_limit.basis if row.deemed_at is not None and workflow.legal_limit is not None else "",
    )


def _spoken(workflow: Workflow, application: Application, still_open: int) -> tuple[int, int]:
    joined = workflow.steps.get(application.step)
    if joined is None or joined.join is None:
        return (0, 0)
    # What was found out since may ask fewer desks than are still at work.
    asked = max(len(desks_asked(workflow, application, joined)), still_open)
    return (asked - still_open, asked)


def _stages(book: RuleBook, row: sa.Row[*tuple[Any, ...]], passed: list[str], origin: str | None) -> Iterator[Stage]:
    """What is behind it, where it is, and what comes if all goes well."""
    workflow = book.workflow
    ahead = list(_way_ahead(book, row.step, origin))
    # What an earlier version called a step, and this one does not know, is told by no label.
    for step in (one for one in dict.fromkeys(passed) if one in workflow.steps):
        was_detour = workflow.steps[step].waits_for == "applicant"
        if step != row.step and step not in ahead and not was_detour:
            yield Stage(label=_public_label(workflow, step), progress=Progress.DONE)
    now = Progress.NOW if row.outcome is None else Progress.DONE
    yield Stage(label=_public_label(workflow, row.step), progress=now)
    for step in ahead:
        yield Stage(label=_public_label(workflow, step), progress=Progress.NEXT)


def _way_ahead(book: RuleBook, step: str, origin: str | None) -> Iterator[str]:
    """The way on if every desk says the first thing its step lists, which is yes."""
    seen = {step}
    while step in book.workflow.steps:
        possible = book.possible(step, origin)
        target = book.lead(step, possible[0], origin) if possible else None
        if target is None or target in seen:
            return
        yield target
        seen.add(target)
        step, origin = target, None


def _public_label(workflow: Workflow, code: str) -> Label:
    step = workflow.steps.get(code)
    return step.public_label if step is not None and step.public_label is not None else workflow.label_of(code)
