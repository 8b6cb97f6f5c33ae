"""Accounts are opened, closed, given roles and one-time links, by an administrator or on the machine itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from routing.domain.acting import Acting, require_period
from routing.domain.errors import (
    AlreadyThere,
    LastAdministrator,
    LinkExpired,
    MalformedField,
    Refusal,
    UnknownDesk,
    UnknownRole,
    WeakPassword,
)
from routing.domain.identifiers import check_nik
from routing.domain.people import (
    ADMINISTRATOR,
    AUDITOR,
    OFFICE,
    OFFICE_ROLES,
    Action,
    Assignment,
    Person,
    require,
)
from routing.domain.phrases import Phrase
from routing.domain.preconditions import require_plain
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.transaction import Transaction
from routing.vault.passwords import hash_password, kept, new_secret

#: OWASP ASVS 5.0.0, 6.2.1 and 6.2.9.
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
_LINK_LASTS = timedelta(hours=24)
_CODE = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")
#: Begins the names by which entries tell that nobody, but the program itself, did something.
_AUTOMATIC = "auto."
_LONGEST_NAME = 200
#: Who holds one of these holds no desk.
_OF_NO_DESK = frozenset({AUDITOR, ADMINISTRATOR})


class DutiesCollide(Refusal):
    """{person} cannot be {role} beside {held}: nobody decides and also audits or keeps accounts. End that first."""

    code = "duties_collide"


def open_account(office: Office, *, code: str, name: str, nik: str | None = None, by: int | None = None) -> int:
    """A new account without rights and without sign-in; its id.

    ``by``, here and below: the administrator's id; None: done on the machine itself. Raises NotAllowed for anybody
    else, AlreadyThere, MalformedField, MalformedNik, NotUtf8. ``nik``: the owner's, of which an index is kept.
    """
    _require_code_and_name(code, name)
    checked = check_nik(nik) if nik is not None else None
    try:
        with office.transaction() as tx:
            _require_administrator(tx, by, office.now())
            if tx.people.with_code(code) is not None:
                raise AlreadyThere(thing=Phrase("Account"), name=code)
            index = tx.personal.vault.index_of(checked) if checked is not None else None
            return tx.people.insert(code=code, name=name.strip(), source=None, at=office.now(), nik_index=index)
    except AlreadyWritten as error:
        # Somebody else opened it at the same moment.
        raise AlreadyThere(thing=Phrase("Account"), name=code) from error


def identify(office: Office, code: str, nik: str, *, by: int | None = None) -> None:
    """Remembers whose account it is, so that its owner handles no application of their own; the NIK is not kept.

    Raises UnknownPerson, MalformedNik.
    """
    checked = check_nik(nik)
    with office.transaction() as tx:
        tx.people.lock_to_change(code)
        _require_administrator(tx, by, office.now())
        tx.people.identify(tx.people.account(code).id, tx.personal.vault.index_of(checked))


def close_account(office: Office, code: str, *, by: int | None = None) -> None:
    """From this moment the account can do nothing; its past stays. Raises UnknownPerson, LastAdministrator."""
    with office.transaction() as tx:
        tx.people.lock_to_change(code)
        now = office.now()
        _require_administrator(tx, by, now)
        person = tx.people.account(code)
        _require_another_administrator(tx, person, now)
        tx.people.close(person.id)


def assign(
    office: Office,
    code: str,
    held: Sequence[tuple[str, str | None]],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    acting: Acting | None = None,
    by: int | None = None,
) -> None:
    """Gives (role, desk) pairs, from now (or ``since``) on, for good or until before ``until``.

    ``acting``: the letter by which somebody stands in; that ends some day. What is held already changes nothing.
    Raises UnknownPerson, UnknownRole, UnknownDesk, MalformedField, DutiesCollide.
    """
    with office.transaction() as tx:
        tx.people.lock_to_change(code)
        now = office.now()
        _require_administrator(tx, by, now)
        begins = since or now
        require_period(begins, until, acting, now)
        person = tx.people.account(code)
        desks, roles = tx.published.desk_codes(), tx.published.role_codes()
        for role, desk in held:
            _require_known(role, desk, roles=roles, desks=desks)
        wanted = [Assignment(role=role, desk=desk, since=begins, until=until, acting=acting) for role, desk in held]
        new = [one for one in wanted if not any(other.covers(one) for other in person.assignments)]
        beside = [(one.role, one.desk) for one in person.assignments if one.meets(begins, until)]
        for one in new:
            given = (one.role, one.desk)
            _require_no_collision(person, given, (*beside, *((other.role, other.desk) for other in new)))
        tx.people.assign(person.id, new)


def take_away(office: Office, code: str, *, role: str, desk: str | None, by: int | None = None) -> int:
    """Ends the assignment; a decision under way is waited for, later ones are refused. Gives how many it ended.

    Raises UnknownPerson, LastAdministrator.
    """
    with office.transaction() as tx:
        tx.people.lock_to_change(code)
        now = office.now()
        _require_administrator(tx, by, now)
        person = tx.people.account(code)
        if role == ADMINISTRATOR and desk is None:
            _require_another_administrator(tx, person, now)
        return tx.people.end_assignment(person.id, role=role, desk=desk, at=now)


def make_link(office: Office, code: str, *, by: int | None = None) -> str:
    """The secret (256 bits) of a link by which the person sets a password, once, within a day. Raises UnknownPerson."""
    secret = new_secret()
    with office.transaction() as tx:
        _require_administrator(tx, by, office.now())
        person = tx.people.account(code)
        expires_at = office.now() + _LINK_LASTS
        tx.people.leave_link(token_hash=kept(secret), person_id=person.id, expires_at=expires_at)
    return secret


def set_password_by_link(office: Office, secret: str, password: str) -> str:
    """Uses the link up and sets the password; gives the account's code. Raises LinkExpired, WeakPassword."""
    # Before the books are opened: it takes 25 ms, and nobody should wait for it.
    hashed_password = hash_password(password)
    with office.transaction() as tx:
        person_id = tx.people.use_link(kept(secret), office.now())
        if person_id is None:
            raise LinkExpired
        person = tx.people.with_id(person_id)
        _require_strength(person.code, password)
        tx.people.set_password(person_id, hashed_password)
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


def _require_code_and_name(code: str, name: str) -> None:
    if not _CODE.fullmatch(code) or code.startswith(_AUTOMATIC):
        raise MalformedField(
            field=Phrase("Account"),
            problem=Phrase("this is no code of an account"),
            way_out=Phrase(
                "Use up to 100 lower-case letters, digits and . _ @ -; begin with a letter or digit, not with auto."
            ),
        )
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise MalformedField(
            field=Phrase("Name"),
            problem=Phrase("it is empty or too long"),
            way_out=Phrase("Give a name of up to 200 characters."),
        )
    require_plain(Phrase("Name"), name)


def _require_administrator(tx: Transaction, by: int | None, now: datetime) -> None:
    if by is not None:
        require(tx.people.with_id(by), Action.MANAGE_PEOPLE, OFFICE, now)


def _require_another_administrator(tx: Transaction, person: Person, now: datetime) -> None:
    if tx.people.administrators_with_a_way_in(now) == {person.id}:
        raise LastAdministrator(person=person.code)


def _require_known(role: str, desk: str | None, *, roles: Collection[str], desks: Collection[str]) -> None:
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


def _require_no_collision(
    person: Person, given: tuple[str, str | None], together: Sequence[tuple[str, str | None]]
) -> None:
    """Nobody both decides and audits, or decides and says who may decide; a manager may hold desks."""
    role, desk = given
    for other, other_desk in together:
        if (role in _OF_NO_DESK and other_desk is not None) or (desk is not None and other in _OF_NO_DESK):
            held = other if other_desk is None else f"{other} ({other_desk})"
            raise DutiesCollide(person=person.code, role=role, held=held)
