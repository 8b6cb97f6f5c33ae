"""What has somebody been told: warnings, escalations and obstacles, newest first. Whether it was read nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.desks import Label
from routing.domain.due_dates import has_limit
from routing.office import Office
from routing.storage.instant import Instant
from routing.storage.tables import applications, notices, visits

NOTICES_ON_A_PAGE = 50

#: Where a page ends: time, application, what it is about, how near that was, due when.
Place = tuple[datetime, int, str, str, datetime]

_KEY = (notices.c.at, notices.c.application_id, notices.c.about, notices.c.level, notices.c.due)
_NEWEST_FIRST = tuple(column.desc() for column in _KEY)
_BEHIND = sa.tuple_(*_KEY) < sa.tuple_(
    sa.bindparam("at", type_=Instant()),
    sa.bindparam("application_id", type_=sa.BigInteger()),
    sa.bindparam("about", type_=sa.Text()),
    sa.bindparam("level", type_=sa.Text()),
    sa.bindparam("due", type_=Instant()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Something somebody was told."""

    number: str
    service: Label
    #: ``promise``, ``legal``, or the number of a visit
    about: str
    #: of a visit: its desk
    desk: str | None
    level: str
    #: the moment it warns of; None: the step sets the desk no limit
    due: datetime | None
    at: datetime
    #: the application has ended, or the visit is over: nothing is to be done any more
    is_over: bool
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """Some of them, newest first."""

    rows: tuple[NoticeRow, ...]
    #: where the next page begins; None: this is the last
    next: Place | None


def notices_to(
    office: Office, addressees: Sequence[str], behind: Place | None = None, most: int = NOTICES_ON_A_PAGE
) -> NoticePage:
    """What these were told, from ``behind`` on; what was told to several of them is told once."""
    if not addressees:
        return NoticePage(rows=(), next=None)
    values: dict[str, Any] = {"most": most + 1}
    if behind is not None:
        values |= dict(zip(("at", "application_id", "about", "level", "due"), behind, strict=True))
    with office.reading() as connection:
        found = connection.execute(_told_to(addressees, is_behind=behind is not None), values).all()
    rows = tuple(_row(office, row) for row in found[:most])
    return NoticePage(rows=rows, next=rows[-1].place if len(found) > most else None)


def _told_to(addressees: Sequence[str], *, is_behind: bool) -> sa.Select[Any]:
    """Each addressee's newest are found by the index, and put together: a head is told much, and an index is short."""
    of_each = []
    for addressee in addressees:
        question = sa.select(*_KEY).where(notices.c.addressee == addressee)
        question = question.where(_BEHIND) if is_behind else question
        newest = question.order_by(*_NEWEST_FIRST).limit(sa.bindparam("most")).subquery()
        of_each.append(sa.select(newest))
    # A union tells what several of them were told once.
    told = sa.union(*of_each).subquery("told")
    return (
        sa.select(
            *told.c, applications.c.number, applications.c.workflow, applications.c.outcome,
            visits.c.step, visits.c.desk, visits.c.closed_at,
        )
        .join_from(told, applications, applications.c.id == told.c.application_id)
        .outerjoin(
            visits,
            (visits.c.application_id == told.c.application_id) & (sa.cast(visits.c.no, sa.Text()) == told.c.about),
        )
        .order_by(*(told.c[column.name].desc() for column in _KEY))
        .limit(sa.bindparam("most"))
    )  # fmt: skip


def _row(office: Office, row: sa.Row[Any]) -> NoticeRow:
    workflow = office.rule_book(row.workflow).workflow
    step = workflow.steps.get(row.step) if row.step is not None else None
    has_no_limit = step is not None and not has_limit(step, row.desk)
    return NoticeRow(
        number=row.number,
        service=workflow.label,
        about=row.about,
        desk=row.desk,
        level=row.level,
        due=None if has_no_limit else row.due,
        at=row.at,
        is_over=row.outcome is not None or row.closed_at is not None,
        place=(row.at, row.application_id, row.about, row.level, row.due),
    )
