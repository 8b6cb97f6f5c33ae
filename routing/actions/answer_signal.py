"""An auditor or the head answers an integrity signal; the application's log tells that it was answered, and not how."""

from __future__ import annotations

from routing.domain import signal_answers
from routing.domain.application import Application
from routing.domain.receipts import Once, Receipt
from routing.domain.signal_answers import Said
from routing.office import Office
from routing.storage.transaction import Transaction


def answer_signal(office: Office, number: str, said: Said, *, person_id: int) -> Application:
    """The application, one entry longer. Raises UnknownApplication and what ``signal_answers.answer`` raises."""
    with office.transaction() as tx:
        return _answer(office, tx, number, said, person_id)


def answer_signal_once(office: Office, number: str, said: Said, *, once: Once) -> Receipt:
    """As ``answer_signal``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _answer(office, tx, number, said, once.person_id))


def _answer(office: Office, tx: Transaction, number: str, said: Said, person_id: int) -> Application:
    application = tx.application(number)
    move = signal_answers.answer(
        application,
        said,
        person=tx.people.with_id(person_id),
        at=office.now(),
        digest_key=tx.digest_key(application),
    )
    tx.record(move)
    return move.after
