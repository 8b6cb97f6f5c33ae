"""What a change of the calendar moved, as its entry tells it, and why: the versions that came into force between."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.recounting import RECALCULATED
from routing.storage.tables import calendar_versions

_WHY = sa.select(
    calendar_versions.c.hash, calendar_versions.c.number, calendar_versions.c.reason, calendar_versions.c.decree
).order_by(calendar_versions.c.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What a version of the calendar was made for."""

    number: int
    reason: str
    #: None: it rests on none
    decree: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTold:
    """A due date that an entry says was moved; None: there was none, or it stood still."""

    #: ``promise``, ``legal`` or the number of a visit
    about: str
    before: datetime | None
    after: datetime | None


def moved_in(said: Mapping[str, Any]) -> tuple[MovedTold, ...]:
    """What the entry says was moved; empty: it is none of a recount."""
    if said.get("kind") != RECALCULATED:
        return ()
    whole = [(about, *said[about]) for about in ("promise", "legal") if about in said]
    visits = [(str(one["visit"]), one["from"], one["to"]) for one in said.get("visits") or ()]
    return tuple(
        MovedTold(about=about, before=_read(before), after=_read(after)) for about, before, after in (*whole, *visits)
    )


def whys_of(connection: Connection, rows: Iterable[Any]) -> dict[tuple[int, int], tuple[Why, ...]]:
    """Of the entries that tell of a recount, by application and ``seq``, why; empty: a first count."""
    recounts = {(row.application_id, row.seq): json.loads(bytes(row.body)) for row in rows if row.kind == RECALCULATED}
    if not recounts:
        return {}
    versions = connection.execute(_WHY).all()
    numbers = {row.hash: row.number for row in versions}
    return {
        entry: tuple(
            Why(number=row.number, reason=row.reason, decree=row.decree)
            for row in versions
            if numbers.get(said.get("calendar_before"), row.number) < row.number <= said["calendar_number"]
        )
        for entry, said in recounts.items()
    }


def _read(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment is not None else None
