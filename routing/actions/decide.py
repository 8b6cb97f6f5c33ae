"""Somebody at a desk decides: read under lock, write what time has brought, ask the rules, write the move."""

from __future__ import annotations

from routing.domain import moves
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.receipts import Once, Receipt
from routing.office import Office
from routing.storage.transaction import Transaction


def decide(office: Office, number: str, said: Decision, *, person_id: int) -> Application:
    """The application after the decision. Raises UnknownApplication, UnknownPerson and what ``moves.decide`` raises."""
    with office.transaction() as tx:
        return _decide(office, tx, number, said, person_id)


def decide_once(office: Office, number: str, said: Decision, *, once: Once) -> Receipt:
    """As ``decide``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _decide(office, tx, number, said, once.person_id))


def _decide(office: Office, tx: Transaction, number: str, said: Decision, person_id: int) -> Application:
    application, open_visits, ledger, person = tx.to_decide(number, person_id=person_id)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, open_visits, ledger, at=at, by_hand=said)
    key = tx.digest_key(application) if said.has_words else b""
    past = tx.closed_visits(application) if book.looks_back(said.decision) else ()
    move = now.judge(
        lambda it: moves.decide(
            book,
            it.application,
            it.open_visits,
            said,
            person=person,
            at=at,
            digest_key=key,
            ledger=it.ledger,
            past=past,
        )
    )
    tx.record(move)
    return move.after
