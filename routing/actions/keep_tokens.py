"""Tokens are made and ended on the machine itself, and their use is noted. Recognising one is ``reading.callers``."""

from __future__ import annotations

from datetime import timedelta

from routing.domain.api_tokens import AccountClosed, UnknownToken
from routing.domain.errors import MalformedField
from routing.domain.phrases import Phrase
from routing.domain.preconditions import require_plain
from routing.office import Office
from routing.vault.passwords import kept, new_secret

#: What every token begins with, so that one that lies about is recognised for what it is.
PREFIX = "sat_"
#: Days a token is good for unless another number is given, and at most.
USUAL_DAYS, MOST_DAYS = 90, 3_650
_LONGEST_LABEL = 100


def make_token(office: Office, code: str, *, days: int = USUAL_DAYS, label: str = "") -> str:
    """A new token (256 random bits) of the account; it is shown this once and kept nowhere.

    Raises UnknownPerson, AccountClosed, MalformedField, NotUtf8.
    """
    if not 1 <= days <= MOST_DAYS:
        raise MalformedField(
            field=Phrase("Days"),
            problem=Phrase("a token is good for at least 1 and at most {most} days", most=MOST_DAYS),
            way_out=Phrase("Give another number."),
        )
    label = require_plain(Phrase("Label"), label.strip())[:_LONGEST_LABEL]
    secret, now = PREFIX + new_secret(), office.now()
    with office.transaction() as tx:
        person = tx.people.account(code)
        if person.is_closed:
            raise AccountClosed(person=code)
        tx.tokens.insert(
            token_hash=kept(secret),
            person_id=person.id,
            label=label,
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
    return secret


def end_token(office: Office, token_id: int) -> None:
    """Ends the token at once; ending it twice changes nothing. Raises UnknownToken."""
    with office.transaction() as tx:
        if not tx.tokens.end(token_id, office.now()):
            raise UnknownToken(token=token_id)


def note_use(office: Office, token_id: int) -> None:
    """Remembers that the token is in use."""
    with office.transaction() as tx:
        tx.tokens.touch(token_id, office.now())
