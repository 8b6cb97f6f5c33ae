"""Whose cookie is this?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.domain.people import Person
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.passwords import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is at the other end, and the token that every form of theirs carries."""

    person: Person
    form_token: str
    token_hash: str
    seen_at: datetime


def session_of(office: Office, secret: str) -> Session | None:
    """The session, as long as it has been neither idle nor open for too long and the account is open."""
    settings, now, token_hash = office.settings, office.now(), kept(secret)
    with office.reading() as connection:
        book = Transaction(connection).people
        found = book.sign_in_of(token_hash)
        person = book.glance(found.person_id) if found is not None else None
    if found is None or person is None or person.is_closed:
        return None
    is_idle = found.seen_at + timedelta(minutes=settings.session_idle_minutes) < now
    is_over = found.started_at + timedelta(hours=settings.session_hours) < now
    if is_idle or is_over:
        return None
    return Session(person=person, form_token=found.form_token, token_hash=token_hash, seen_at=found.seen_at)
