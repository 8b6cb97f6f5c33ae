"""What the applicant brings later on paper is ticked off at a counter, or at the desk that holds the document."""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain import handing_in
from routing.domain.application import Application
from routing.domain.receipts import Once, Receipt
from routing.office import Office
from routing.storage.transaction import Transaction


def hand_in(office: Office, number: str, requirements: Sequence[str], *, person_id: int) -> Application:
    """The application with these requirements. Raises UnknownApplication and what ``handing_in.hand_in`` raises."""
    with office.transaction() as tx:
        return _hand_in(office, tx, number, requirements, person_id)


def hand_in_once(office: Office, number: str, requirements: Sequence[str], *, once: Once) -> Receipt:
    """As ``hand_in``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _hand_in(office, tx, number, requirements, once.person_id))


def _hand_in(office: Office, tx: Transaction, number: str, requirements: Sequence[str], person_id: int) -> Application:
    application = tx.application(number)
    book, person, at = office.book_of(application, tx), tx.people.with_id(person_id), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), at=at)
    # What comes when the applicant's time is over does not keep it from being over.
    move = now.judge(
        lambda it: handing_in.hand_in(book, it.application, it.open_visits, requirements, person=person, at=at)
    )
    tx.record(move)
    return move.after
