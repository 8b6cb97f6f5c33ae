"""An obstacle (kendala): a desk says, while it has time, that something is in its way. Nothing stands still by it.

Whoever can help is told at once; whether the time was kept is counted as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.due_dates import due_without_pause, has_limit
from routing.domain.errors import Kind, Refusal, StillOnItsWay
from routing.domain.ledger import Interval
from routing.domain.move import Move, Note
from routing.domain.notices import HEAD, OBSTACLE, Notice, supervisor
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import reason_text, require_not_own, require_open
from routing.domain.state_machine import RuleBook
from routing.domain.stays import at_the_visit
from routing.domain.visits import Visit
from routing.domain.workflow import Reason


class ObstacleUnnamed(Refusal):
    """Say in a few words what is in the way, so that somebody can help."""

    code = "obstacle_unnamed"
    kind = Kind.MALFORMED


class ObstacleReported(Refusal):
    """{desk} has reported an obstacle at {number} already, on {since}. Its supervisor and the head have been told."""

    code = "obstacle_reported"


class ObstacleTooLate(Refusal):
    """The time of {desk} for {number} was over on {due}; an obstacle is reported before that. Decide, or ask the
    supervisor to pass the file on.
    """

    code = "obstacle_too_late"


def raise_obstacle(
    book: RuleBook,
    application: Application,
    visit: Visit,
    *,
    ledger: Sequence[Interval] = (),
    reason: str,
    person: Person,
    at: datetime,
    digest_key: bytes,
) -> Move:
    """The visit is flagged; the desk's supervisor and the head are told. Whoever holds the document is not disturbed.

    By whoever could take it at that desk. Raises NotAllowed, ApplicationEnded, OwnApplication, StillOnItsWay,
    ObstacleReported, ObstacleTooLate, ObstacleUnnamed, TextTooLong.
    """
    step = book.workflow.steps[visit.step]
    held = require(person, Action.CLAIM, Place(desks=(visit.desk,), roles=step.roles), at)
    require_open(book.workflow, application)
    require_not_own(person, application.applicant_index, application.number)
    if not visit.has_arrived:
        raise StillOnItsWay(number=application.number, desk=visit.desk)
    if visit.obstacle_at is not None:
        since = book.calendar.local(visit.obstacle_at)
        raise ObstacleReported(desk=visit.desk, number=application.number, since=since)
    due = due_without_pause(step, visit, book.calendar, ledger, at)
    if has_limit(step, visit.desk) and at > due:
        raise ObstacleTooLate(desk=visit.desk, number=application.number, due=book.calendar.local(due))
    text = reason_text(reason, Reason.OPTIONAL, "")
    if not text:
        raise ObstacleUnnamed
    told = tuple(
        Notice(
            application_id=application.id, about=str(visit.no), level=OBSTACLE, due=visit.due_at, addressee=one, at=at
        )
        for one in (supervisor(visit.desk), HEAD)
    )
    facts = {
        "role": held.role,
        **acting_facts(held.acting),
        "reason": keyed_digest(digest_key, text),
        "notified": [one.addressee for one in told],
    }
    move = at_the_visit(application, visit, "obstacle-raised", actor=person.code, at=at, facts=facts)
    # Not a new version of the visit: whoever is about to decide there need not look again.
    flagged = replace(visit, obstacle_at=at)
    unmoved = replace(move.after, changed_at=application.changed_at)
    return replace(move, after=unmoved, visits=(flagged,), notices=told, note=Note(seq=move.entries[0].seq, text=text))
