"""An application that was stopped is taken up again."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain import resumption
from routing.domain.application import Application
from routing.domain.erasure import ErasedAlready
from routing.domain.receipts import Once, Receipt
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What the office records."""

    #: the desk it goes on at, where that can be several
    desk: str | None = None
    reason: str = ""
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


def resume(office: Office, number: str, said: Resumption, *, person_id: int) -> Application:
    """The application, open again. Raises UnknownApplication, ErasedAlready and what ``resumption.resume`` raises."""
    with office.transaction() as tx:
        return _resume(office, tx, number, said, person_id)


def resume_once(office: Office, number: str, said: Resumption, *, once: Once) -> Receipt:
    """As ``resume``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _resume(office, tx, number, said, once.person_id))


def _resume(office: Office, tx: Transaction, number: str, said: Resumption, person_id: int) -> Application:
    application = tx.application(number)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
    person, closed = tx.people.with_id(person_id), tx.closed_visits(application)
    key = tx.digest_key(application) if said.reason and application.erased_at is None else b""
    move = now.judge(
        lambda it: resumption.resume(
            book,
            it.application,
            closed,
            ledger=it.ledger,
            desk=said.desk,
            reason=said.reason,
            person=person,
            at=at,
            digest_key=key,
            seen_version=it.seen(said.seen_version),
        )
    )
    if application.erased_at is not None:
        # Asked last, so that nobody learns of it who may not take it up. There is nobody left to go on for.
        raise ErasedAlready(number=application.number)
    tx.record(move)
    return move.after
