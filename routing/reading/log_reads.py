"""Who looked at what? Searches, exports and downloads of the log, and reveals of personal data, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import said_in
from routing.domain.log_reading import READS
from routing.office import Office
from routing.reading.audit_search import place_of
from routing.reading.catalogue import names_of
from routing.storage.instant import Instant
from routing.storage.tables import applications, audit_entries, entry_index, log_reads, office_entries

READS_ON_A_PAGE = 50
REVEALED = "revealed"
#: What can be asked for.
KINDS = (*READS, REVEALED)

_OF_OFFICE = (log_reads.c.at, sa.literal(0).label("application_id"), log_reads.c.seq)
_OF_APPLICATIONS = (entry_index.c.at, entry_index.c.application_id, entry_index.c.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadsFilter:
    """What is looked for; everything empty: all of it."""

    kind: str = ""
    actor: str = ""
    number: str = ""
    since: datetime | None = None
    #: not in it any more
    until: datetime | None = None

    @property
    def said(self) -> dict[str, str]:
        """What is asked for, by name; times in UTC."""
        times = {name: at.astimezone(UTC).isoformat() for name in ("since", "until") if (at := getattr(self, name))}
        texts = {name: value for name in ("kind", "actor", "number") if (value := getattr(self, name))}
        return {"list": "reads"} | texts | times


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRead:
    """That somebody looked."""

    at: datetime
    kind: str
    actor: str
    actor_name: str | None
    #: 0: an entry of the office
    application_id: int
    #: the number of the entry that tells of it, in its chain
    seq: int
    #: the application it was about
    number: str | None
    way: str | None = None
    question: Mapping[str, str] = field(default_factory=dict)
    found: int | None = None
    is_more: bool = False
    #: what was revealed
    fields: tuple[str, ...] = ()
    hash: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadsPage:
    """Some of it, newest first."""

    rows: tuple[LogRead, ...]
    #: where the next (older) page begins; None: this is the last
    next: tuple[datetime, int, int] | None


def reads_page(
    office: Office, wanted: ReadsFilter, behind: tuple[datetime, int, int] | None = None, most: int = READS_ON_A_PAGE
) -> ReadsPage:
    """A page of it."""
    with office.reading() as connection:
        both = [_of_office(connection, wanted, behind, most + 1), _reveals(connection, wanted, behind, most + 1)]
        merged = heapq.merge(*both, key=lambda row: (row.at, row.application_id, row.seq), reverse=True)
        rows = [row for row, _ in zip(merged, range(most + 1), strict=False)]
        names = names_of(connection, (row.actor for row in rows))
    found = tuple(_read(row, names) for row in rows)
    last = found[most - 1] if len(found) > most else None
    return ReadsPage(rows=found[:most], next=(last.at, last.application_id, last.seq) if last is not None else None)


def reads_cursor(place: tuple[datetime, int, int]) -> str:
    """The place as it stands in addresses."""
    return "/".join((place[0].astimezone(UTC).isoformat(), str(place[1]), str(place[2])))


def reads_place(said: str) -> tuple[datetime, int, int] | None:
    """The place; None: no page has ended so."""
    place = place_of(said.split("/"))
    return (place["b_at"], place["b_application"], place["b_seq"]) if place is not None else None


def _of_office(connection: Connection, wanted: ReadsFilter, behind: Any, most: int) -> list[Any]:
    statement = sa.select(
        *_OF_OFFICE, log_reads.c.kind, log_reads.c.actor, log_reads.c.number, office_entries.c.body,
        office_entries.c.hash,
    ).join_from(log_reads, office_entries, office_entries.c.seq == log_reads.c.seq)  # fmt: skip
    if wanted.number:
        statement = statement.where(log_reads.c.number == wanted.number)
    if wanted.kind:
        statement = statement.where(log_reads.c.kind == wanted.kind)
    if wanted.actor:
        statement = statement.where(log_reads.c.actor == wanted.actor)
    return list(connection.execute(_cut(statement, _OF_OFFICE, wanted, behind).limit(most)).all())


def _reveals(connection: Connection, wanted: ReadsFilter, behind: Any, most: int) -> list[Any]:
    if wanted.kind not in ("", REVEALED):
        return []
    same = (audit_entries.c.application_id == entry_index.c.application_id) & (audit_entries.c.seq == entry_index.c.seq)
    statement = (
        sa.select(
            *_OF_APPLICATIONS, entry_index.c.kind, entry_index.c.actor, applications.c.number, audit_entries.c.body,
            audit_entries.c.hash,
        )
        .join_from(entry_index, audit_entries, same)
        .join(applications, applications.c.id == entry_index.c.application_id)
        .where(entry_index.c.kind == REVEALED)
    )  # fmt: skip
    if wanted.number:
        of_number = sa.select(applications.c.id).where(applications.c.number == wanted.number).scalar_subquery()
        statement = statement.where(entry_index.c.application_id == of_number)
    if wanted.actor:
        statement = statement.where(entry_index.c.actor == wanted.actor)
    return list(connection.execute(_cut(statement, _OF_APPLICATIONS, wanted, behind).limit(most)).all())


def _cut(
    statement: sa.Select[*tuple[Any, ...]], key: tuple[Any, ...], wanted: ReadsFilter, behind: Any
) -> sa.Select[*tuple[Any, ...]]:
    """Both lists are cut in the same way: by time, and where the page before ended."""
    if wanted.since is not None:
        statement = statement.where(key[0] >= sa.literal(wanted.since, Instant()))
    if wanted.until is not None:
        statement = statement.where(key[0] < sa.literal(wanted.until, Instant()))
    if behind is not None:
        at, application_id, seq = behind
        place = (
            sa.literal(at, Instant()), sa.literal(application_id, sa.BigInteger()), sa.literal(seq, sa.Integer()),
        )  # fmt: skip
        statement = statement.where(sa.tuple_(*key) < sa.tuple_(*place), key[0] <= place[0])
    return statement.order_by(*(column.desc() for column in key))


def _read(row: Any, names: Mapping[str, str]) -> LogRead:
    said = said_in(bytes(row.body)) or {}
    return LogRead(
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        actor_name=names.get(row.actor),
        application_id=row.application_id,
        seq=row.seq,
        number=row.number,
        way=said.get("way"),
        question=said.get("question") or {},
        found=said.get("found"),
        is_more=bool(said.get("more")),
        fields=tuple(said.get("fields") or ()),
        hash=bytes(row.hash),
    )
