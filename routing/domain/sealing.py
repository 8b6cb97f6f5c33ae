"""The values of sealing: an entry on its way to its leaf, a seal, how far the sequencer has come.

In which order entries become leaves is decided where they are stored; how the tree grows is ``merkle_log``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.domain.checkpoints import NoteRefused, VerifierKey, opened
from routing.domain.errors import Fault

#: An entry that is to become a leaf: application (0: the office), seq, hash.
Unsealed = tuple[int, int, bytes]


class LogForked(Fault):
    """The log in the database no longer begins with what was sealed before. Nothing more is signed; verify the log."""

    code = "log_forked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A checkpoint as it is kept."""

    #: how many leaves it speaks for
    size: int
    root: bytes
    at: datetime
    #: the signed note (C2SP), as it is shown
    note: str
    #: of the key that signed it, in hex
    key_id: str

    def require_signed(self, keys: Iterable[VerifierKey]) -> None:
        """Raises LogForked unless one of the log's keys has signed what this says: a row by itself proves nothing."""
        try:
            said = opened(self.note, keys).checkpoint
        except NoteRefused as refused:
            message = f"{LogForked.__doc__} Its seal of {self.size} leaves is not to be believed: {refused}."
            raise LogForked(message) from None
        if (said.size, said.root) != (self.size, self.root):
            message = f"{LogForked.__doc__} Its seal of {self.size} leaves states another size or root than was signed."
            raise LogForked(message)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sequencer has come."""

    #: before it every entry has its leaf; on PostgreSQL a transaction, on SQLite a row
    mark: int = 0
    #: when it last looked through all entries
    swept_at: datetime | None = None
