"""What should the auditor look at? The marks moves have set, newest first, each with the entry that tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.desks import Label
from routing.domain.errors import MalformedField
from routing.domain.marks import Mark
from routing.domain.phrases import Phrase
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.storage.instant import Instant
from routing.storage.tables import applications, audit_entries, audit_marks

ROWS_ON_A_PAGE = 50

#: Where a page ends: time, application, entry and mark of its last row.
MarkPlace = tuple[datetime, int, int, str]

_KEY = (audit_marks.c.at, audit_marks.c.application_id, audit_marks.c.seq, audit_marks.c.mark)
_KEYS = sa.select(*_KEY).order_by(*(column.desc() for column in _KEY)).limit(sa.bindparam("most"))
# Asked of one mark after the other: there are few, and hundreds of thousands of applications of a service.
_SERVICE = sa.select(applications.c.service).where(applications.c.id == audit_marks.c.application_id).scalar_subquery()
# Each filter is one clause, added where it is asked for.
_CLAUSES = {
    "mark": audit_marks.c.mark == sa.bindparam("mark"),
    "since": audit_marks.c.at >= sa.bindparam("since", type_=Instant()),
    "until": audit_marks.c.at < sa.bindparam("until", type_=Instant()),
    "service": sa.bindparam("service") == _SERVICE,
}
_BEHIND = sa.tuple_(*_KEY) < sa.tuple_(
    sa.bindparam("b_at", type_=Instant()),
    sa.bindparam("b_application_id", type_=sa.BigInteger()),
    sa.bindparam("b_seq", type_=sa.Integer()),
    sa.bindparam("b_mark", type_=sa.Text()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFilter:
    """What is looked for; everything empty: all marks."""

    mark: str = ""
    service: str = ""
    since: datetime | None = None
    #: not in it any more
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """A mark, and the entry that tells of it."""

    number: str
    service: str
    service_name: Label
    mark: Mark
    at: datetime
    #: account and name of whoever made the move
    actor: str
    actor_name: str
    desk: str | None
    #: the number and kind of the entry
    seq: int
    kind: str
    place: MarkPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksPage:
    """Some marks, newest first."""

    rows: tuple[MarkRow, ...]
    #: where the next (older) page begins; None: this is the last
    next: MarkPlace | None


def marks_page(
    office: Office, wanted: MarkFilter, behind: MarkPlace | None = None, most: int = ROWS_ON_A_PAGE
) -> MarksPage:
    """The marks, from ``behind`` on."""
    values: dict[str, object] = {name: said for name in _CLAUSES if (said := getattr(wanted, name))}
    keys = _KEYS.where(*(_CLAUSES[name] for name in values))
    if behind is not None:
        keys = keys.where(_BEHIND)
        values |= dict(zip(("b_at", "b_application_id", "b_seq", "b_mark"), behind, strict=True))
    with office.reading() as connection:
        found = connection.execute(_told(keys), values | {"most": most + 1}).all()
        names = names_of(connection, (row.actor for row in found))
    rows = tuple(_row(office, row, names) for row in found)
    return MarksPage(rows=rows[:most], next=rows[most - 1].place if len(rows) > most else None)


def mark_place_text(place: MarkPlace | None) -> str | None:
    """The place as text for addresses; None: there is no next page."""
    return "/".join((place[0].astimezone(UTC).isoformat(), *map(str, place[1:]))) if place is not None else None


def mark_place_in(said: str) -> MarkPlace | None:
    """The place; None: no page has ended so."""
    try:
        moment, application, seq, mark = said.split("/")
        at = datetime.fromisoformat(moment)
        place = (at.astimezone(UTC), int(application), int(seq), str(Mark(mark)))
    except (ValueError, OverflowError):
        return None
    return place if at.tzinfo is not None and 0 <= place[1] < 2**63 and 0 <= place[2] < 2**31 else None


def mark_named(said: str) -> str:
    """The mark somebody named, or nothing. Raises MalformedField."""
    if said and said not in list(Mark):
        raise MalformedField(
            field=Phrase("Mark"),
            problem=Phrase("{text} is no mark of this office", text=said[:40]),
            way_out=Phrase("Choose one of: {known}.", known=", ".join(Mark)),
        )
    return said


def _told(keys: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """What is shown of these marks: looked up for them alone, after it is known which they are."""
    found = keys.subquery("found")
    entry = (audit_entries.c.application_id == found.c.application_id) & (audit_entries.c.seq == found.c.seq)
    return (
        sa.select(
            found,
            audit_entries.c.kind,
            audit_entries.c.actor,
            audit_entries.c.desk,
            applications.c.number,
            applications.c.service,
            applications.c.workflow,
        )
        .select_from(found)
        .join(applications, applications.c.id == found.c.application_id)
        .join(audit_entries, entry)
        .order_by(found.c.at.desc(), found.c.application_id.desc(), found.c.seq.desc(), found.c.mark.desc())
    )


def _row(office: Office, row: sa.Row[*tuple[Any, ...]], names: dict[str, str]) -> MarkRow:
    return MarkRow(
        number=row.number,
        service=row.service,
        service_name=office.rule_book(row.workflow).workflow.label,
        mark=Mark(row.mark),
        at=row.at,
        actor=row.actor,
        actor_name=names.get(row.actor, row.actor),
        desk=row.desk,
        seq=row.seq,
        kind=row.kind,
        place=(row.at, row.application_id, row.seq, row.mark),
    )
