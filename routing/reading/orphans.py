"""Which applications can nobody move, and why? Asked of places, not of applications: many wait at few desks.

But for four eyes, which an application's own past says (``other_eyes``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.desks import Label
from routing.domain.people import MANAGER
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import ORIGIN, Step, Workflow
from routing.office import Office
from routing.reading.other_eyes import Holder, barred
from routing.storage.instant import Instant
from routing.storage.tables import applications, assignments, people, services, visits

#: So many applications of one place are named; the others are counted.
NAMED = 20

_OPEN = applications.join(visits, visits.c.application_id == applications.c.id)
_IS_LEFT_TO_PEOPLE = visits.c.act_at.is_(None)
_PLACE = (
    applications.c.workflow, visits.c.step, visits.c.desk, visits.c.origin_step, visits.c.needs_attention,
)  # fmt: skip
_SINCE = sa.func.min(visits.c.sent_at, type_=Instant()).label("since")
_PLACES = (
    sa.select(*_PLACE, _IS_LEFT_TO_PEOPLE.label("is_left_to_people"), sa.func.count().label("count"), _SINCE)
    .select_from(_OPEN)
    .where(visits.c.closed_at.is_(None))
    .group_by(*_PLACE, _IS_LEFT_TO_PEOPLE)
)
_HAS_A_VISIT = (
    sa.select(sa.literal(1))
    .where(visits.c.application_id == applications.c.id, visits.c.closed_at.is_(None))
    .correlate(applications)
    .exists()
)
_LOST = applications.c.outcome.is_(None) & ~_HAS_A_VISIT
_LOST_PLACES = (
    sa.select(
        applications.c.workflow, applications.c.step, sa.func.count().label("count"),
        sa.func.min(applications.c.changed_at, type_=Instant()).label("since"),
    )
    .where(_LOST)
    .group_by(applications.c.workflow, applications.c.step)
)  # fmt: skip
_HELD = (
    sa.select(people.c.source, people.c.code, people.c.nik_index, assignments.c.role, assignments.c.desk)
    .join_from(assignments, people, people.c.id == assignments.c.person_id)
    .where(
        people.c.is_closed.is_(False),
        assignments.c.since <= sa.bindparam("now", type_=Instant()),
        assignments.c.until.is_(None) | (assignments.c.until > sa.bindparam("now", type_=Instant())),
    )
    .distinct()
)
_IN_FORCE = sa.select(services.c.workflow)


class Cause(StrEnum):
    """Why nobody can move it."""

    #: people work at the desk, and none of them in a role it takes
    NO_ROLE = "no-role"
    #: nobody works at the desk
    NOBODY_THERE = "nobody-there"
    #: the same, and no route in force leads there any more
    DESK_CLOSED = "desk-closed"
    #: its program has given up, and nobody may let it try again or decide instead
    NO_OPERATOR = "no-operator"
    #: no decision leads on from there: where it has to go back to is no step any more, for one
    LEADS_NOWHERE = "leads-nowhere"
    #: no desk that is still asked can give the opinions that are waited for
    JOIN_UNMET = "join-unmet"
    #: everybody who could say what leads on has decided on it before, or is the applicant
    OTHER_EYES = "other-eyes"
    #: it lies at no desk
    AT_NO_DESK = "at-no-desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """Applications that wait at one place for somebody who is not there."""

    cause: Cause
    service: Label
    #: content hash of the route they follow
    workflow: str
    step: str
    step_name: Label | None
    #: None: they lie at none
    desk: str | None
    #: who could move them
    roles: tuple[str, ...]
    #: other desks of the step, where somebody is
    others: tuple[str, ...]
    #: whether the office has a manager, who could pass them on
    has_manager: bool
    count: int
    #: since when the first of them has been there
    since: datetime
    #: the first of them, the longest there first
    numbers: tuple[str, ...]


def orphans(office: Office) -> tuple[Orphans, ...]:
    """Every place at which applications wait in vain, the fullest first."""
    with office.reading() as connection:
        search = _Search(office, connection)
        found = [*search.at_desks(), *search.at_none()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.since, one.step)))


class _Search:
    def __init__(self, office: Office, connection: Connection) -> None:
        self._office, self._connection = office, connection
        rows = connection.execute(_HELD, {"now": office.now()}).all()
        #: of an imported log, that log's own people; of the office, its own
        self._held: dict[tuple[str, str, str | None], set[Holder]] = {}
        for row in rows:
            self._held.setdefault((row.source, row.role, row.desk), set()).add(Holder(row.code, row.nik_index))
        self._peopled = {(row.source, row.desk) for row in rows}
        self._has_manager = ("", MANAGER, None) in self._held
        in_force = [self._book(one).workflow for one in connection.execute(_IN_FORCE).scalars()]
        self._desks_in_force = {desk for one in in_force for step in one.steps.values() for desk in step.every_desk}

    def at_desks(self) -> Iterator[Orphans]:
        for row in self._connection.execute(_PLACES).all():
            book = self._book(row.workflow)
            roles = _roles(book, row)
            cause = self._cause(book, row, roles)
            if cause is not None:
                yield self._told(book.workflow, row, cause, row.desk, roles)
            elif row.is_left_to_people and not (row.needs_attention and self._has_manager):
                yield from self._barred(book, row)

    def at_none(self) -> Iterator[Orphans]:
        for row in self._connection.execute(_LOST_PLACES).all():
            workflow = self._book(row.workflow).workflow
            step = workflow.steps.get(row.step)
            cause = Cause.JOIN_UNMET if step is not None and step.join is not None else Cause.AT_NO_DESK
            yield self._told(workflow, row, cause, None, step.roles if step is not None else ())

    def _cause(self, book: RuleBook, row: Any, roles: tuple[str, ...]) -> Cause | None:
        step, source = book.workflow.steps.get(row.step), book.workflow.imported_from or ""
        if step is None or not roles or not _leads_back(book, step, row):
            return Cause.LEADS_NOWHERE
        if not _serves_the_join(book, step, row):
            return Cause.JOIN_UNMET
        if not row.is_left_to_people or any((source, role, row.desk) in self._held for role in roles):
            return None
        if row.needs_attention:
            return None if self._has_manager else Cause.NO_OPERATOR
        if (source, row.desk) in self._peopled:
            return Cause.NO_ROLE
        return Cause.NOBODY_THERE if row.desk in self._desks_in_force else Cause.DESK_CLOSED

    def _barred(self, book: RuleBook, row: Any) -> Iterator[Orphans]:
        """Those of the place on which nobody there may say what leads on: a rule of each application's own past."""
        source, workflow = book.workflow.imported_from or "", book.workflow
        held = {
            role: holders for (where, role, desk), holders in self._held.items() if (where, desk) == (source, row.desk)
        }
        possible = book.possible(row.step, row.origin_step, row.desk)
        found = barred(workflow, row.step, row.origin_step, possible, held)
        if found is None:
            return
        these: Any = self._connection.execute(_at(row, found.clause, sa.func.count().label("count"), _SINCE)).one()
        if these.count:
            told = self._told(workflow, row, Cause.OTHER_EYES, row.desk, found.roles)
            numbers = self._connection.execute(_named(row, row.desk, found.clause)).scalars()
            yield replace(told, count=these.count, since=these.since, numbers=tuple(numbers))

    def _told(self, workflow: Workflow, row: Any, cause: Cause, desk: str | None, roles: tuple[str, ...]) -> Orphans:
        step, source = workflow.steps.get(row.step), workflow.imported_from or ""
        others = [one for one in (step.every_desk if step is not None and desk is not None else ()) if one != desk]
        return Orphans(
            cause=cause,
            service=workflow.label,
            workflow=row.workflow,
            step=row.step,
            step_name=step.label if step is not None else None,
            desk=desk,
            roles=roles,
            others=tuple(one for one in others if any((source, role, one) in self._held for role in roles)),
            has_manager=self._has_manager,
            count=row.count,
            since=row.since,
            numbers=tuple(self._connection.execute(_named(row, desk)).scalars()),
        )

    def _book(self, content_hash: str) -> RuleBook:
        return self._office.rule_book(content_hash)


def _roles(book: RuleBook, row: Any) -> tuple[str, ...]:
    """Who can say anything at the place; nobody: no decision leads on from there."""
    step = book.workflow.steps.get(row.step)
    if step is None:
        return ()
    possible = book.possible(row.step, row.origin_step, row.desk)
    return tuple(dict.fromkeys(role for code in possible for role in step.decisions[code].roles or step.roles))


def _leads_back(book: RuleBook, step: Step, row: Any) -> bool:
    """Whether what the applicant brings back can go where it was asked for, if the step says so."""
    back = [code for code, rule in step.decisions.items() if rule.to == ORIGIN]
    if step.waits_for != "applicant" or not back:
        return True
    return not set(back).isdisjoint(book.possible(row.step, row.origin_step, row.desk))


def _serves_the_join(book: RuleBook, step: Step, row: Any) -> bool:
    """Whether a desk that is asked with others can give an opinion or lead on, and not only ask the applicant."""
    if step.join is None:
        return True
    possible = book.possible(row.step, row.origin_step, row.desk)
    rules = [step.decisions[code] for code in possible]
    return any(rule.opinion or not book.workflow.waits_for_applicant(rule.to) for rule in rules)


def _named(row: Any, desk: str | None, only: sa.ColumnElement[bool] | None = None) -> sa.Select[str]:
    """The numbers of the first applications of a place."""
    if desk is None:
        return (
            sa.select(applications.c.number)
            .where(_LOST, applications.c.workflow == row.workflow, applications.c.step == row.step)
            .order_by(applications.c.changed_at, applications.c.id)
            .limit(NAMED)
        )
    return _at(row, only, applications.c.number).order_by(visits.c.sent_at, applications.c.id).limit(NAMED)


def _at(row: Any, only: sa.ColumnElement[bool] | None, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Something of the applications of a place; ``only``: of those for which it holds."""
    same = [column.is_not_distinct_from(getattr(row, column.name)) for column in _PLACE]
    people_only = _IS_LEFT_TO_PEOPLE if row.is_left_to_people else ~_IS_LEFT_TO_PEOPLE
    found = sa.select(*columns).select_from(_OPEN).where(visits.c.closed_at.is_(None), people_only, *same)
    return found if only is None else found.where(only)
