"""Notices: who is told that something is due, obstructed or over. Each is told once; when, ``warning_times`` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing.domain.people import AUDITOR, MANAGER, SUPERVISOR, Person

#: What a notice can be about, beside a visit by its number.
PROMISE, LEGAL = "promise", "legal"
#: The level of a notice that something is in a desk's way; the others are ``warning_times.Level``.
OBSTACLE = "obstacle"
#: Likewise that an applicant's time is over and papers came in, which somebody has to look at.
BROUGHT = "brought"
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


def addressed_to(person: Person, at: datetime) -> tuple[str, ...]:
    """As whom the person is told something: at their desks, as supervisor, as head, as inspectorate."""
    if person.is_closed:
        return ()
    of_the_office = {MANAGER: HEAD, AUDITOR: INSPECTORATE}
    found: list[str] = []
    for held in person.assignments:
        if not held.holds_at(at):
            continue
        if held.desk is not None:
            found += [desk(held.desk), *([supervisor(held.desk)] if held.role == SUPERVISOR else [])]
        elif held.role in of_the_office:
            found.append(of_the_office[held.role])
    return tuple(dict.fromkeys(found))
