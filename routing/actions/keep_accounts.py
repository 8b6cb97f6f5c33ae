"""Accounts are opened, closed, given roles and one-time links, by an administrator or on the machine itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from routing.domain.errors import (
    AlreadyThere,
    LinkExpired,
    MalformedField,
    UnknownDesk,
    UnknownRole,
    WeakPassword,
)
from routing.domain.people import OFFICE_ROLES, Assignment
from routing.domain.phrases import Phrase
from routing.domain.preconditions import require_plain
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.vault.passwords import hash_password, kept, new_secret

#: OWASP ASVS 5.0.0, 6.2.1 and 6.2.9.
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
_LINK_LASTS = timedelta(hours=24)


def open_account(office: Office, *, code: str, name: str) -> int:
    """A new account without rights and without sign-in; its id. Raises AlreadyThere, MalformedField, NotUtf8."""
    if not code or not name.strip() or len(code) > 100 or len(name) > 200 or code != code.strip():
        raise MalformedField(
            field=Phrase("Account"),
            problem=Phrase("code and name must not be empty"),
            way_out=Phrase("Give a code of up to 100 and a name of up to 200 characters."),
        )
    require_plain(Phrase("Account"), code)
    require_plain(Phrase("Name"), name)
    try:
        with office.transaction() as tx:
            if tx.people.with_code(code) is not None:
                raise AlreadyThere(thing=Phrase("Account"), name=code)
            return tx.people.insert(code=code, name=name.strip(), source=None, at=office.now())
    except AlreadyWritten as error:
        # Somebody else opened it at the same moment.
        raise AlreadyThere(thing=Phrase("Account"), name=code) from error


def close_account(office: Office, code: str) -> None:
    """From this moment the account can do nothing; its past stays. Raises UnknownPerson."""
    with office.transaction() as tx:
        tx.people.close(tx.people.account(code).id)


def assign(office: Office, code: str, held: Sequence[tuple[str, str | None]]) -> None:
    """Gives (role, desk) pairs from now on. Raises UnknownPerson, UnknownRole, UnknownDesk, MalformedField."""
    now = office.now()
    with office.transaction() as tx:
        person = tx.people.account(code)
        desks, roles = tx.published.desk_codes(), tx.published.role_codes()
        for role, desk in held:
            if role not in roles and role not in OFFICE_ROLES:
                raise UnknownRole(role=role, known=", ".join(sorted(roles)))
            if (desk is None) != (role in OFFICE_ROLES):
                raise MalformedField(
                    field=Phrase("Desk"),
                    problem=Phrase("the role {role} is held in the whole office", role=role)
                    if desk
                    else Phrase("the role {role} is held at a desk", role=role),
                    way_out=Phrase("Leave the desk out.") if desk else Phrase("Name the desk."),
                )
            if desk is not None and desk not in desks:
                raise UnknownDesk(desk=desk, known=", ".join(sorted(desks)))
        new = [
            Assignment(role=role, desk=desk, since=now)
            for role, desk in held
            if not any(one.role == role and one.desk == desk and one.holds_at(now) for one in person.assignments)
        ]
        tx.people.assign(person.id, new)


def take_away(office: Office, code: str, *, role: str, desk: str | None) -> int:
    """Ends the assignment; a decision under way is waited for, later ones are refused. Gives how many it ended."""
    with office.transaction() as tx:
        person = tx.people.account(code)
        return tx.people.end_assignment(person.id, role=role, desk=desk, at=office.now())


def make_link(office: Office, code: str) -> str:
    """The secret (256 bits) of a link by which the person sets a password, once, within a day. Raises UnknownPerson."""
    secret = new_secret()
    with office.transaction() as tx:
        person = tx.people.account(code)
        expires_at = office.now() + _LINK_LASTS
        tx.people.leave_link(token_hash=kept(secret), person_id=person.id, expires_at=expires_at)
    return secret


def set_password_by_link(office: Office, secret: str, password: str) -> str:
    """Uses the link up and sets the password; gives the account's code. Raises LinkExpired, WeakPassword."""
    with office.transaction() as tx:
        person_id = tx.people.use_link(kept(secret), office.now())
        if person_id is None:
            raise LinkExpired
        person = tx.people.with_id(person_id)
        _require_strength(person.code, password)
        tx.people.set_password(person_id, hash_password(password))
        return person.code


def set_password(office: Office, code: str, password: str) -> None:
    """Sets a password directly. Raises UnknownPerson, WeakPassword."""
    _require_strength(code, password)
    hashed_password = hash_password(password)
    with office.transaction() as tx:
        tx.people.set_password(tx.people.account(code).id, hashed_password)


def _require_strength(code: str, password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or password.casefold() == code.casefold():
        raise WeakPassword(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
