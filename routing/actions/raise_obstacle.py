"""A desk reports that something is in the way of a document, before its time for it is over."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain import obstacles
from routing.domain.application import Application
from routing.domain.receipts import Once, Receipt
from routing.domain.visits import visit_named
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What the desk reports."""

    #: the visit it is about; None: the only open one
    visit: int | None = None
    #: what is in the way
    reason: str


def raise_obstacle(office: Office, number: str, said: Obstacle, *, person_id: int) -> Application:
    """The application, its visit flagged.

    Raises UnknownApplication, NotAtThisDesk, VisitNotNamed and what ``obstacles.raise_obstacle`` raises.
    """
    with office.transaction() as tx:
        return _raise(office, tx, number, said, person_id)


def raise_obstacle_once(office: Office, number: str, said: Obstacle, *, once: Once) -> Receipt:
    """As ``raise_obstacle``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _raise(office, tx, number, said, once.person_id))


def _raise(office: Office, tx: Transaction, number: str, said: Obstacle, person_id: int) -> Application:
    application = tx.application(number)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
    person = tx.people.with_id(person_id)
    key = tx.digest_key(application) if said.reason else b""
    move = now.judge(
        lambda it: obstacles.raise_obstacle(
            book,
            it.application,
            visit_named(application.number, it.open_visits, said.visit),
            ledger=it.ledger,
            reason=said.reason,
            person=person,
            at=at,
            digest_key=key,
        )
    )
    tx.record(move)
    return move.after
