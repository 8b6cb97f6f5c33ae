"""An officer takes a document from the desk's queue, gives it back, or passes it to another desk of the step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from routing.domain import stays
from routing.domain.application import Application
from routing.domain.move import Move
from routing.domain.receipts import Once, Receipt
from routing.domain.visits import visit_named
from routing.office import Office
from routing.storage.transaction import Transaction

#: What is done at a visit: ``stays.claim``, ``stays.release``, ``stays.reassign``.
Stay = Callable[..., Move | None]


def claim(office: Office, number: str, *, visit: int, person_id: int) -> Application:
    """The application, now held by the person until the lease ends; taking it twice changes nothing.

    Raises UnknownApplication, NotAtThisDesk, NotAllowed, StillOnItsWay, HeldByAnother.
    """
    with office.transaction() as tx:
        return _carry_out(_claimed(office), office, tx, number, visit, person_id)


def claim_once(office: Office, number: str, *, visit: int | None, once: Once) -> Receipt:
    """As ``claim``; without ``visit`` the only open one. Raises also IdempotencyKeyReused, VisitNotNamed."""
    return office.only_once(once, lambda tx: _carry_out(_claimed(office), office, tx, number, visit, once.person_id))


def release(office: Office, number: str, *, visit: int, person_id: int) -> Application:
    """The application, back in the desk's queue. Raises UnknownApplication, NotAtThisDesk, NotAllowed."""
    with office.transaction() as tx:
        return _carry_out(stays.release, office, tx, number, visit, person_id)


def release_once(office: Office, number: str, *, visit: int | None, once: Once) -> Receipt:
    """As ``release``; without ``visit`` the only open one. Raises also IdempotencyKeyReused, VisitNotNamed."""
    return office.only_once(once, lambda tx: _carry_out(stays.release, office, tx, number, visit, once.person_id))


def reassign(office: Office, number: str, *, visit: int, desk: str, person_id: int) -> Application:
    """The application, on its way to another desk of the same step.

    Raises UnknownApplication, NotAtThisDesk, NotAllowed, DeskNotOffered.
    """
    with office.transaction() as tx:
        # Locked here and once more there, which costs nothing.
        ledger = tx.ledger(tx.application(number))
        return _carry_out(partial(stays.reassign, desk=desk, ledger=ledger), office, tx, number, visit, person_id)


def _claimed(office: Office) -> Stay:
    return partial(stays.claim, lease=timedelta(minutes=office.settings.claim_minutes))


def _carry_out(
    what: Stay, office: Office, tx: Transaction, number: str, visit: int | None, person_id: int
) -> Application:
    application = tx.application(number)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), at=at)
    person = tx.people.with_id(person_id)
    move = now.judge(
        lambda it: what(
            book, it.application, visit_named(application.number, it.open_visits, visit), person=person, at=at
        )
    )
    if move is None:
        return now.application
    tx.record(move)
    return move.after
