"""Looks into the books by hand, from outside the program: what was written, once, and is anything stuck?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

TABLES = ("applications", "visits", "audit_entries", "workflow_versions", "services", "desks", "people", "particulars",
          "application_keys")  # fmt: skip


class Books:
    """The database of a mall, read without the program's help."""

    def __init__(self, url: str) -> None:
        # A connection a question: a server that was killed meanwhile leaves none that is broken.
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)

    @classmethod
    def of_folder(cls, data: Path) -> Self:
        """The books of the embedded mall in this folder, never written to, which may be open in another process."""
        return cls(f"sqlite:///file:{data / 'satuatap.db'}?mode=ro&uri=true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def rows(self, question: str) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(question)))

    def number(self, question: str) -> int:
        return int(self.rows(question)[0][0])

    def decided(self) -> int:
        """Decisions so far; 0 while the database cannot be asked."""
        try:
            return self.number("SELECT count(*) FROM audit_entries WHERE kind = 'decided'")
        except SQLAlchemyError:
            return 0

    def arrived(self) -> int:
        """Arrivals so far; 0 while the database cannot be asked."""
        try:
            return self.number("SELECT count(*) FROM audit_entries WHERE kind = 'arrived'")
        except SQLAlchemyError:
            return 0

    def on_their_way(self) -> int:
        """Documents sent and not arrived."""
        return self.number("SELECT count(*) FROM visits WHERE arrived_at IS NULL AND closed_at IS NULL")

    def counts(self) -> dict[str, int]:
        """Rows of every table that a replay writes."""
        return {table: self.number(f"SELECT count(*) FROM {table}") for table in TABLES}

    def assert_every_move_stands_once(self, moves: int) -> None:
        """One entry a move, one arrival a hand-off, no gap in any chain, and nothing on its way or forgotten."""
        assert self.decided() == moves
        assert self.on_their_way() == 0
        gaps = self.rows(
            "SELECT a.number, a.entry_count, count(e.seq), max(e.seq), min(e.seq) FROM applications a "
            "LEFT JOIN audit_entries e ON e.application_id = a.id GROUP BY a.id, a.number, a.entry_count "
            "HAVING count(e.seq) <> a.entry_count OR max(e.seq) <> a.entry_count OR min(e.seq) <> 1"
        )
        assert gaps == []
        # The decided, and of each document at most the last hand-off, which nobody has decided upon.
        arrivals = Counter(self._hand_offs("arrived"))
        assert [name for name, times in arrivals.items() if times > 1] == []
        visits = self.rows("SELECT application_id, no FROM visits WHERE arrived_at IS NOT NULL AND no > 1")
        assert set(arrivals) == {(row[0], row[1]) for row in visits}
        decisions = Counter(self._hand_offs("decided"))
        assert [name for name, times in decisions.items() if times > 1] == []

    def _hand_offs(self, kind: str) -> list[tuple[int, int]]:
        entries = self.rows(f"SELECT application_id, body FROM audit_entries WHERE kind = '{kind}'")
        return [(row[0], json.loads(bytes(row[1]))["visit"]) for row in entries]
