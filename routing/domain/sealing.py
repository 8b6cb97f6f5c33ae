"""The values of sealing: an entry on its way to its leaf, a seal, how far the sequencer has come.

In which order entries become leaves is decided where they are stored; how the tree grows is ``merkle_log``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sequencer has come."""

    #: before it every entry has its leaf; on PostgreSQL a transaction, on SQLite a row
    mark: int = 0
    #: when it last looked through all entries
    swept_at: datetime | None = None
