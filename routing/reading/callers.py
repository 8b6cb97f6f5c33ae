"""Whose token is this, and which tokens has this account?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.domain.api_tokens import ApiToken
from routing.domain.people import Person
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.passwords import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program at the other end, and the account it speaks for."""

    person: Person
    token: ApiToken


def caller_of(office: Office, secret: str) -> Caller | None:
    """The caller, as long as token and account are in force."""
    with office.reading() as connection:
        books = Transaction(connection)
        token = books.tokens.with_hash(kept(secret))
        person = books.people.glance(token.person_id) if token is not None else None
    if token is None or person is None or person.is_closed or not token.is_in_force(office.now()):
        return None
    return Caller(person=person, token=token)


def tokens_of(office: Office, code: str) -> Sequence[ApiToken]:
    """Every token the account ever had. Raises UnknownPerson."""
    with office.reading() as connection:
        books = Transaction(connection)
        return books.tokens.of_person(books.people.account(code).id)
