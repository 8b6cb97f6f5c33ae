"""An officer takes a document from the desk's queue, gives it back, or passes it to another desk of the step."""

from __future__ import annotations

from datetime import timedelta

from routing.domain import stays
from routing.domain.application import Application
from routing.domain.errors import NotAtThisDesk
from routing.domain.visits import Visit
from routing.office import Office
from routing.storage.transaction import Transaction


def claim(office: Office, number: str, *, visit: int, person_id: int) -> Application:
    """The application, now held by the person until the lease ends; taking it twice changes nothing.

    Raises UnknownApplication, NotAtThisDesk, NotAllowed, StillOnItsWay, HeldByAnother.
    """
    lease = timedelta(minutes=office.settings.claim_minutes)
    with office.transaction() as tx:
        application = tx.application(number)
        stay = _open_visit(tx, application, visit)
        book = office.rule_book(application.workflow, tx)
        person = tx.people.with_id(person_id)
        move = stays.claim(book, application, stay, person=person, at=office.now(), lease=lease)
        if move is None:
            return application
        tx.record(move)
        return move.after


def release(office: Office, number: str, *, visit: int, person_id: int) -> Application:
    """The application, back in the desk's queue. Raises UnknownApplication, NotAtThisDesk, NotAllowed."""
    with office.transaction() as tx:
        application = tx.application(number)
        stay = _open_visit(tx, application, visit)
        book = office.rule_book(application.workflow, tx)
        move = stays.release(book, application, stay, person=tx.people.with_id(person_id), at=office.now())
        if move is None:
            return application
        tx.record(move)
        return move.after


def reassign(office: Office, number: str, *, visit: int, desk: str, person_id: int) -> Application:
    """The application, on its way to another desk of the same step.

    Raises UnknownApplication, NotAtThisDesk, NotAllowed, DeskNotOffered.
    """
    with office.transaction() as tx:
        application = tx.application(number)
        stay = _open_visit(tx, application, visit)
        book = office.rule_book(application.workflow, tx)
        person = tx.people.with_id(person_id)
        move = stays.reassign(book, application, stay, desk=desk, person=person, at=office.now())
        tx.record(move)
        return move.after


def _open_visit(tx: Transaction, application: Application, no: int) -> Visit:
    at_desks = tx.open_visits(application.id)
    for visit in at_desks:
        if visit.no == no:
            return visit
    desks = ", ".join(visit.desk for visit in at_desks) or "-"
    raise NotAtThisDesk(number=application.number, desks=desks or "-")
