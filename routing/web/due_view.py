"""What this person may see of what is due: the manager the whole office, everybody else what lies at their desks."""

from __future__ import annotations

from routing.domain.due_window import due_by
from routing.domain.people import Action, Place
from routing.office import Office
from routing.reading.deadline_board import due_filter
from routing.reading.due_queries import DueFilter
from routing.web.visitors import Staff


def due_seen_by(
    office: Office,
    staff: Staff,
    *,
    by: str = "",
    desk: str = "",
    unit: str = "",
    service: str = "",
    within: str = "",
    overdue: bool = False,
) -> DueFilter:
    """What they ask for, of what they may see; the rights are those of the queues.

    Raises NotAllowed, UnknownDesk, UnknownUnit, UnknownService, MalformedField.
    """
    seen = desks_seen_by(staff)
    wanted = due_filter(
        office,
        staff.directory,
        by=due_by(by) if by else None,
        desk=desk,
        unit=unit,
        service=service,
        within=within,
        overdue=overdue,
        seen=seen,
    )
    if wanted.desks == ():
        named = tuple(one.code for one in staff.directory.desks.values() if desk == one.code or unit == one.unit)
        staff.require(Action.SEE_QUEUE, Place(desks=named[:1]))
    return wanted


def desks_seen_by(staff: Staff) -> tuple[str, ...] | None:
    """The desks whose queues they see; None: all. Raises NotAllowed where it is none."""
    if staff.may(Action.SEE_QUEUE):
        return None
    seen = tuple(code for code in staff.directory.desks if staff.may(Action.SEE_QUEUE, Place(desks=(code,))))
    if not seen:
        staff.require(Action.SEE_QUEUE)
    return seen
