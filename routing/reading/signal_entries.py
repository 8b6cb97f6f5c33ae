"""Which entries could raise an integrity signal? A period of the log (or of its marks), newest first, piece by piece.

Each piece reads at most so many entries, by the index on their time, whatever the books hold: how far a page may go on
is ``integrity_signals``'.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.integrity_signals import Signal
from routing.domain.marks import Mark
from routing.storage.instant import Instant
from routing.storage.tables import applications, audit_entries, audit_marks

#: Where an entry stands in the order of the log: time, application, entry.
Place = tuple[datetime, int, int]

#: How many entries (or marks) are read in one piece.
AT_ONCE = 2_000
#: Signals that only an entry with this mark can raise; few entries have any, and an index finds them.
MARKED: Mapping[Signal, Mark] = {Signal.RESET: Mark.RESTART, Signal.PAUSE: Mark.GRANTED_PAUSE}

_KEY = (audit_entries.c.at, audit_entries.c.application_id, audit_entries.c.seq)
_MARK_KEY = (audit_marks.c.at, audit_marks.c.application_id, audit_marks.c.seq)
_FIRST, _LAST = sa.bindparam("since", type_=Instant()), sa.bindparam("until", type_=Instant())
_BEHIND = sa.tuple_(
    sa.bindparam("b_at", type_=Instant()),
    sa.bindparam("b_application_id", type_=sa.BigInteger()),
    sa.bindparam("b_seq", type_=sa.Integer()),
)
_IS_DECISION = audit_entries.c.kind == "decided"
_TOLD = (*_KEY, audit_entries.c.kind, audit_entries.c.desk, audit_entries.c.actor)
_LOG = (
    # Of the others nothing is looked at but that they lie in between.
    sa.select(*_TOLD, sa.case((_IS_DECISION, audit_entries.c.body)).label("body"))
    .where(audit_entries.c.at >= _FIRST, audit_entries.c.at < _LAST)
    .order_by(*(column.desc() for column in _KEY))
    .limit(sa.bindparam("most"))
)
_OLDER = _LOG.where(sa.tuple_(*_KEY) < _BEHIND)
_MARKED = (
    sa.select(*_TOLD, audit_entries.c.body)
    .join_from(
        audit_marks,
        audit_entries,
        (audit_entries.c.application_id == audit_marks.c.application_id) & (audit_entries.c.seq == audit_marks.c.seq),
    )
    .where(audit_marks.c.mark == sa.bindparam("mark"), audit_marks.c.at >= _FIRST, audit_marks.c.at < _LAST)
    .order_by(*(column.desc() for column in _MARK_KEY))
    .limit(sa.bindparam("most"))
)
_OLDER_MARKED = _MARKED.where(sa.tuple_(*_MARK_KEY) < _BEHIND)
_LATER = (
    sa.select(*_TOLD, sa.case((_IS_DECISION, audit_entries.c.body)).label("body"))
    .where(sa.tuple_(*_KEY) > _BEHIND)
    .order_by(*_KEY)
    .limit(sa.bindparam("most"))
)
_ONE = (
    sa.select(*_TOLD, audit_entries.c.body)
    .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
    .where(applications.c.number == sa.bindparam("number"), audit_entries.c.seq == sa.bindparam("seq"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry that could raise a signal."""

    place: Place
    kind: str
    desk: str | None
    actor: str
    #: what it says
    said: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.place[0]

    @property
    def application_id(self) -> int:
        """Whose entry it is."""
        return self.place[1]

    @property
    def seq(self) -> int:
        """Its number in the application's log."""
        return self.place[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some of the entries of a period, newest first."""

    candidates: tuple[Candidate, ...]
    #: how many entries were read
    looked_at: int
    #: the last of these; None: there was none
    last: Place | None

    @property
    def is_last(self) -> bool:
        """Whether the period holds no further ones."""
        return self.looked_at < AT_ONCE


def piece_of_log(
    connection: Connection, since: datetime, until: datetime, behind: Place | None, *, mark: Mark | None = None
) -> Piece:
    """The decisions of people (or the marked entries) among the next ``AT_ONCE`` entries behind that place."""
    values: dict[str, object] = {"since": since, "until": until, "most": AT_ONCE}
    if mark is not None:
        values["mark"] = mark.value
    if behind is not None:
        values |= _as_behind(behind)
    newest, older = (_LOG, _OLDER) if mark is None else (_MARKED, _OLDER_MARKED)
    rows = connection.execute(newest if behind is None else older, values).all()
    last = rows[-1] if rows else None
    return Piece(
        candidates=_candidates(rows),
        looked_at=len(rows),
        last=(last.at, last.application_id, last.seq) if last is not None else None,
    )


def decided_after(connection: Connection, place: Place) -> tuple[Candidate, ...]:
    """The decisions of people among the ``AT_ONCE`` entries that followed."""
    return _candidates(connection.execute(_LATER, {**_as_behind(place), "most": AT_ONCE}).all())


def one_entry(connection: Connection, number: str, seq: int) -> Candidate | None:
    """This entry, whatever it tells of; None: there is none, or a program wrote it."""
    found = _candidates(connection.execute(_ONE, {"number": number, "seq": seq}).all())
    return found[0] if found else None


def _candidates(rows: Any) -> tuple[Candidate, ...]:
    """Those of the rows that tell of what a person did."""
    return tuple(
        Candidate(
            place=(row.at, row.application_id, row.seq),
            kind=row.kind,
            desk=row.desk,
            actor=row.actor,
            said=json.loads(bytes(row.body)),
        )
        for row in rows
        if row.body is not None and not row.actor.startswith("auto.")
    )


def _as_behind(place: Place) -> dict[str, object]:
    return dict(zip(("b_at", "b_application_id", "b_seq"), place, strict=True))
