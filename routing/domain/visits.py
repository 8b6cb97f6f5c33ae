"""A visit: one stay of an application at one desk. A hand-off is a visit that has been sent and has not arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: How a message names a hand-off: the application's id and the visit's number.
HandOffName = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay at one desk; ``no`` counts within the application, so a hand-off is named by (application, no)."""

    application_id: int
    no: int
    step: str
    desk: str
    sent_at: datetime
    arrived_at: datetime | None = None
    #: who has taken it: nobody else decides meanwhile
    holder: str | None = None
    claimed_at: datetime | None = None
    #: when it was decided or recalled
    closed_at: datetime | None = None
    #: None on a closed visit: it was recalled
    decision: str | None = None
    decided_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the document is here or on its way here."""
        return self.closed_at is None

    @property
    def has_arrived(self) -> bool:
        """Whether the desk has it."""
        return self.arrived_at is not None
