"""A manager lets the promise of one application stand still, and lets it go on."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain import granted_pauses
from routing.domain.application import Application
from routing.domain.receipts import Once, Receipt
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseGrant:
    """What the manager grants."""

    #: ``applicant-request`` or ``force-majeure``; as it was sent
    pause: str
    reason: str
    #: the number of the letter it rests on
    instrument: str = ""
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnd:
    """The pause is over."""

    reason: str
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


def grant_pause(office: Office, number: str, said: PauseGrant, *, person_id: int) -> Application:
    """The application, standing still. Raises UnknownApplication and what ``granted_pauses.grant`` raises."""
    with office.transaction() as tx:
        return _grant(office, tx, number, said, person_id)


def grant_pause_once(office: Office, number: str, said: PauseGrant, *, once: Once) -> Receipt:
    """As ``grant_pause``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _grant(office, tx, number, said, once.person_id))


def end_pause(office: Office, number: str, said: PauseEnd, *, person_id: int) -> Application:
    """The application, going on. Raises UnknownApplication and what ``granted_pauses.go_on`` raises."""
    with office.transaction() as tx:
        return _end(office, tx, number, said, person_id)


def end_pause_once(office: Office, number: str, said: PauseEnd, *, once: Once) -> Receipt:
    """As ``end_pause``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    return office.only_once(once, lambda tx: _end(office, tx, number, said, once.person_id))


def _grant(office: Office, tx: Transaction, number: str, said: PauseGrant, person_id: int) -> Application:
    application = tx.application(number)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
    person = tx.people.with_id(person_id)
    key = tx.digest_key(application) if said.reason else b""
    move = now.judge(
        lambda it: granted_pauses.grant(
            book,
            it.application,
            it.open_visits,
            ledger=it.ledger,
            pause=said.pause,
            reason=said.reason,
            instrument=said.instrument,
            person=person,
            at=at,
            digest_key=key,
            seen_version=it.seen(said.seen_version),
        )
    )
    tx.record(move)
    return move.after


def _end(office: Office, tx: Transaction, number: str, said: PauseEnd, person_id: int) -> Application:
    application = tx.application(number)
    book, at = office.book_of(application, tx), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
    person = tx.people.with_id(person_id)
    key = tx.digest_key(application) if said.reason else b""
    move = now.judge(
        lambda it: granted_pauses.go_on(
            book,
            it.application,
            it.open_visits,
            ledger=it.ledger,
            reason=said.reason,
            person=person,
            at=at,
            digest_key=key,
            seen_version=it.seen(said.seen_version),
        )
    )
    tx.record(move)
    return move.after
