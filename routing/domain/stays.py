"""What happens to a visit between two decisions: the document arrives, is claimed, is released.

None of these changes the step the application is at.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import Entry
from routing.domain.errors import StillOnItsWay
from routing.domain.move import Move, chained, entry_of
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import require_in_hand, require_not_own
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit

#: The actor of moves no person makes.
COURIER = "auto.courier"


def arrive(application: Application, visit: Visit, *, now: datetime) -> Move:
    """The document has arrived. A case imported from the past arrives when it was sent."""
    at = visit.sent_at if application.imported_case is not None else now
    here = replace(visit, arrived_at=at)
    entry = entry_of(application, at=at, kind="arrived", desk=visit.desk, actor=COURIER, facts=_stay(visit))
    return _at_the_visit(application, here, entry, at)


def claim(book: RuleBook, application: Application, visit: Visit, *, person: Person, at: datetime) -> Move | None:
    """The person takes the document, so that nobody else decides meanwhile; None: they hold it already.

    Raises NotAllowed, OwnApplication, StillOnItsWay, HeldByAnother.
    """
    step = book.workflow.steps[visit.step]
    held = require(person, Action.CLAIM, Place(desks=(visit.desk,), roles=step.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    require_in_hand(application, visit, person)
    if visit.holder == person.code:
        return None
    facts = {**_stay(visit), "role": held.role, **acting_facts(held.acting)}
    entry = entry_of(application, at=at, kind="claimed", desk=visit.desk, actor=person.code, facts=facts)
    return _at_the_visit(application, replace(visit, holder=person.code, claimed_at=at), entry, at)


def release(book: RuleBook, application: Application, visit: Visit, *, person: Person, at: datetime) -> Move | None:
    """The document goes back to the desk's queue; None: nobody holds it.

    The holder gives it back; a colleague who could take it there, or a manager, takes it from a holder who is away.
    Raises StillOnItsWay, NotAllowed.
    """
    if not visit.has_arrived:
        raise StillOnItsWay(number=application.number, desk=visit.desk)
    if visit.holder is None:
        return None
    facts = {**_stay(visit), "holder": visit.holder}
    if visit.holder != person.code:
        place = Place(desks=(visit.desk,), roles=book.workflow.steps[visit.step].roles)
        held = require(person, Action.RELEASE, place, at)
        facts |= {"role": held.role, **acting_facts(held.acting)}
    entry = entry_of(application, at=at, kind="released", desk=visit.desk, actor=person.code, facts=facts)
    return _at_the_visit(application, replace(visit, holder=None, claimed_at=None), entry, at)


def _at_the_visit(application: Application, visit: Visit, entry: Entry, at: datetime) -> Move:
    """A move that changes one visit and leaves the application where it is."""
    after = replace(chained(application, entry), version=application.version + 1, changed_at=at)
    return Move(at=at, before=application, after=after, visits=(visit,), entries=(entry,))


def _stay(visit: Visit) -> dict[str, object]:
    return {"visit": visit.no, "step": visit.step}
