"""Notices: who is told that something is due, obstructed or over. Each is told once; when, ``warning_times`` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: What a notice can be about, beside a visit by its number.
PROMISE, LEGAL = "promise", "legal"
#: Addressees that are not at a desk.
HEAD, INSPECTORATE = "head", "inspectorate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something somebody is told; the same one (all but ``at``) is never given twice."""

    application_id: int
    #: ``promise``, ``legal``, or the number of a visit
    about: str
    level: str
    #: the moment it warns of
    due: datetime
    #: ``desk:CODE``, ``supervisor:CODE``, ``head`` or ``inspectorate``
    addressee: str
    at: datetime


def desk(code: str) -> str:
    """Whoever works at the desk."""
    return f"desk:{code}"


def supervisor(code: str) -> str:
    """Whoever supervises the desk."""
    return f"supervisor:{code}"
