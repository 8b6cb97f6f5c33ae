"""Somebody signs in and out. Sessions are rows; a cookie is only their key. Recognising one is ``reading.sessions``.

They are written also while the log is halted: they stand in no log, and without them nobody could read it.
"""

from __future__ import annotations

from datetime import timedelta

from routing.domain.errors import SignInRefused
from routing.domain.people import SignIn
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.passwords import kept, new_secret, password_fits


def sign_in(office: Office, code: str, password: str) -> str:
    """The secret for the cookie. Raises SignInRefused, the same whatever was wrong."""
    if "\x00" in code:  # No account has one, and PostgreSQL would not even look.
        raise SignInRefused
    # Reading only, and closed before the check, which takes 25 ms: a stranger who guesses must not hold up who writes.
    with office.reading() as connection:
        book = Transaction(connection).people
        person = book.with_code(code)
        stored = book.password_hash(person.id) if person is not None else None
    if not password_fits(stored, password) or person is None or person.is_closed:
        raise SignInRefused
    secret, now = new_secret(), office.now()
    session = SignIn(token_hash=kept(secret), person_id=person.id, form_token=new_secret(), started_at=now, seen_at=now)
    with office.transaction(though_halted=True) as tx:
        tx.people.start_sign_in(session)
    return secret


def keep_signed_in(office: Office, token_hash: str) -> None:
    """Remembers that the session is in use."""
    with office.transaction(though_halted=True) as tx:
        tx.people.touch_sign_in(token_hash, office.now())


def sign_out(office: Office, token_hash: str) -> None:
    """Ends the session at once."""
    with office.transaction(though_halted=True) as tx:
        tx.people.end_sign_in(token_hash)


def end_stale_sessions(office: Office) -> int:
    """Ends sessions idle or open for too long; how many."""
    now = office.now()
    idle = timedelta(minutes=office.settings.session_idle_minutes)
    lasts = timedelta(hours=office.settings.session_hours)
    with office.transaction(though_halted=True) as tx:
        return tx.people.end_sign_ins_before(seen=now - idle, started=now - lasts)
