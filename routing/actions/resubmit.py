"""What was returned to the applicant comes back to the counter, and goes to the desk that asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain import moves
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.receipts import Once, Receipt
from routing.domain.resubmission import waiting_for_applicant
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmission:
    """What the counter says when the repaired file comes back."""

    #: the visit that waits for it; None: the only one
    visit: int | None = None
    reason: str = ""
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


def resubmit_once(office: Office, number: str, said: Resubmission, *, once: Once) -> Receipt:
    """The receipt; the same request again changes nothing.

    Raises UnknownApplication, IdempotencyKeyReused, what ``waiting_for_applicant`` and what ``moves.decide`` raises.
    """
    return office.only_once(once, lambda tx: _resubmit(office, tx, number, said, once.person_id))


def _resubmit(office: Office, tx: Transaction, number: str, said: Resubmission, person_id: int) -> Application:
    application = tx.application(number)
    open_visits = tx.open_visits(application.id)
    book = office.book_of(application, tx)
    visit, decision = waiting_for_applicant(book, application, open_visits, said.visit)
    move = moves.decide(
        book,
        application,
        open_visits,
        Decision(decision=decision, visit=visit.no, reason=said.reason, seen_version=said.seen_version),
        person=tx.people.with_id(person_id),
        at=office.now(),
        digest_key=tx.digest_key(application) if said.reason else b"",
        ledger=tx.ledger(application),
        past=tx.closed_visits(application) if book.looks_back(decision) else (),
    )
    tx.record(move)
    return move.after
