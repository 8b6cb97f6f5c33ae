"""What was returned to the applicant comes back to the counter, and goes to the desk that asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain import moves
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.move import Move
from routing.domain.receipts import Once, Receipt
from routing.domain.resubmission import waiting_for_applicant
from routing.domain.standing import Standing
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
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
    person = tx.people.with_id(person_id)
    key = tx.digest_key(application) if said.reason else b""

    def taken_in(it: Standing) -> Move:
        visit, decision = waiting_for_applicant(book, it.application, it.open_visits, said.visit)
        return moves.decide(
            book,
            it.application,
            it.open_visits,
            Decision(decision=decision, visit=visit.no, reason=said.reason, seen_version=said.seen_version),
            person=person,
            at=at,
            digest_key=key,
            ledger=it.ledger,
            past=tx.closed_visits(it.application) if book.looks_back(decision) else (),
        )

    move = now.judge(taken_in)
    tx.record(move)
    return move.after
