"""A document is sent to a desk: the visit that begins with it. Where it is sent, and why, others decide."""

from __future__ import annotations

from datetime import datetime

from routing.domain.application import Application
from routing.domain.due_dates import due_at, first_warning
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit


def sent_to(
    book: RuleBook,
    application: Application,
    step: str,
    desk: str,
    *,
    at: datetime,
    place: int = 1,
    origin: tuple[str | None, str | None] = (None, None),
) -> Visit:
    """The next visit of the application, on its way to this desk.

    Args:
        application: as it stands before the move.
        place: of the visits that one move opens, the how-manieth this is.
        origin: step and desk that a return to the applicant came from, and goes back to.
    """
    origin_step, origin_desk = origin
    rules = book.workflow.steps[step]
    due = due_at(rules, desk, at, book.calendar)
    return Visit(
        application_id=application.id,
        no=application.visit_count + place,
        step=step,
        desk=desk,
        sent_at=at,
        due_at=due,
        warn_at=first_warning(rules, desk, at, due, book.calendar),
        origin_step=origin_step,
        origin_desk=origin_desk,
        version=application.version + 1,
    )
