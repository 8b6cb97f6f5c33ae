"""Versions of the office's working calendar, as rows. A version never changes; its hash is its name."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.working_calendar import WorkingCalendar
from routing.storage.tables import calendar_versions

_NEWEST = sa.select(calendar_versions.c.hash).order_by(calendar_versions.c.number.desc()).limit(1)
_DOCUMENT = sa.select(calendar_versions.c.document).where(calendar_versions.c.hash == sa.bindparam("hash"))
_OLDER = (
    sa.select(calendar_versions.c.hash)
    .where(calendar_versions.c.number < sa.bindparam("number"))
    .order_by(calendar_versions.c.number)
)


class CalendarBook:
    """The calendar's versions, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def in_force(self) -> str | None:
        """The hash of the newest version; None: none has been made."""
        return self._connection.execute(_NEWEST).scalar()

    def older(self, number: int) -> list[str]:
        """The hashes of the versions before that number, in their order."""
        return list(self._connection.execute(_OLDER, {"number": number}).scalars())

    def document(self, content_hash: str) -> bytes | None:
        """The canonical JSON of a version."""
        found = self._connection.execute(_DOCUMENT, {"hash": content_hash}).scalar()
        return None if found is None else bytes(found)

    def add(self, calendar: WorkingCalendar, *, by: str, at: datetime, reason: str, decree: str | None = None) -> None:
        """Puts a new version into force; its number is taken but once, so of two at the same moment one fails."""
        row = {"hash": calendar.content_hash, "number": calendar.number, "document": calendar.canonical,
               "made_at": at, "made_by": by, "reason": reason, "decree": decree}  # fmt: skip
        self._connection.execute(sa.insert(calendar_versions), row)
