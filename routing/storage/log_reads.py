"""Who asked the log, as entries of the office and as rows to find those by person and application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.log_reading import Reading
from routing.domain.office_entries import OfficeEntry
from routing.storage.tables import log_reads

_SAME = sa.select(log_reads.c.seq).where(log_reads.c.question == sa.bindparam("question"))


class ReadsBook:
    """That somebody read the log: written together with the entry that proves it."""

    def __init__(self, connection: Connection, append: Callable[..., OfficeEntry]) -> None:
        """``append``: the pen of the office's own chain."""
        self._connection = connection
        self._append = append

    def is_noted(self, question: bytes) -> bool:
        """Whether the same session has asked the same today."""
        return self._connection.execute(_SAME, {"question": question}).first() is not None

    def note(self, reading: Reading, *, at: datetime) -> None:
        """Writes the entry. Raises AlreadyWritten where the same question is being noted at this moment."""
        entry = self._append(kind=reading.kind, actor=reading.actor, at=at, facts=reading.facts)
        row = {"seq": entry.seq, "at": at, "kind": reading.kind, "actor": reading.actor, "number": reading.number}
        self._connection.execute(sa.insert(log_reads), row | {"question": reading.asked_once(at.date())})
