"""The applicant takes an application back, and the counter records it."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain import withdrawal
from routing.domain.application import Application
from routing.domain.receipts import Once, Receipt
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What the counter records."""

    #: the counter
    desk: str
    reason: str = ""
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


def withdraw(office: Office, number: str, *, desk: str, reason: str, person_id: int) -> Application:
    """The application, ended. Raises UnknownApplication and what ``withdrawal.withdraw`` raises."""
    with office.transaction() as tx:
        return _withdraw(office, tx, number, Withdrawal(desk=desk, reason=reason), person_id)


def withdraw_once(office: Office, number: str, said: Withdrawal, *, once: Once) -> Receipt:
    """As ``withdraw``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _withdraw(office, tx, number, said, once.person_id))


def _withdraw(office: Office, tx: Transaction, number: str, said: Withdrawal, person_id: int) -> Application:
    application = tx.application(number)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
    person = tx.people.with_id(person_id)
    key = tx.digest_key(application) if said.reason else b""
    move = now.judge(
        lambda it: withdrawal.withdraw(
            book,
            it.application,
            it.open_visits,
            ledger=it.ledger,
            desk=said.desk,
            reason=said.reason,
            person=person,
            at=at,
            digest_key=key,
            seen_version=it.seen(said.seen_version),
        )
    )
    tx.record(move)
    return move.after
