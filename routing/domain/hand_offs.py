"""Documents on their way: what the relay rings for, and how long it gives a ring before it rings again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """A document on its way to a desk that somebody has to ring for."""

    application_id: int
    no: int
    desk: str
    rings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A hand-off that is about to be rung for."""

    hand_off: HandOff
    #: the Celery message that carries it
    message: str
    #: when to ring again, should it not have arrived by then
    again_at: datetime


def lease(seconds: float, rings: int) -> timedelta:
    """How long a ring is given: doubled at each one, up to a minute (or ``seconds``, where that is more)."""
    return timedelta(seconds=min(seconds * 2.0 ** min(rings, 20), max(60.0, seconds)))
