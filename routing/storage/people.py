"""Accounts, their assignments, their sessions and one-time links, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.acting import acting_of
from routing.domain.errors import UnknownPerson
from routing.domain.people import ADMINISTRATOR, Assignment, Person, SignIn
from routing.storage.straight import Question, ask
from routing.storage.tables import assignments, one_time_links, people, reveals, sign_ins

_PERSON = (
    sa.select(
        people.c.id, people.c.source, people.c.code, people.c.name, people.c.is_closed, people.c.nik_index,
        assignments.c.role, assignments.c.desk, assignments.c.since, assignments.c.until,
        assignments.c.acting, assignments.c.instrument, assignments.c.instrument_date,
    )
    .outerjoin_from(people, assignments, assignments.c.person_id == people.c.id)
    .order_by(assignments.c.id)
)  # fmt: skip
BY_ID = Question(_PERSON.where(people.c.id == sa.bindparam("id")))
_BY_CODE = _PERSON.where(people.c.code == sa.bindparam("code"), people.c.source == sa.bindparam("source"))
# Locked in the deciding transaction: a right withdrawn by a transaction that commits first is gone for this one.
# A statement of its own: one that waited for the lock would still see the assignments as they were before it waited.
LOCK_BY_ID = Question(sa.select(people.c.id).where(people.c.id == sa.bindparam("id")).with_for_update(read=True))
_LOCK_TO_COUNT = sa.select(people.c.id).where(people.c.id == sa.bindparam("id")).with_for_update(key_share=True)


class PeopleBook:
    """Accounts, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def with_id(self, person_id: int) -> Person:
        """The person as they are now; a right that is being withdrawn waits for this transaction, or it for that."""
        _, rows = ask(self._connection, (LOCK_BY_ID, {"id": person_id}), (BY_ID, {"id": person_id}))
        person = from_rows(rows)
        if person is None:
            raise UnknownPerson(person=person_id)
        return person

    def glance(self, person_id: int) -> Person | None:
        """The person as they are now, unlocked: to show, not to decide."""
        return from_rows(self._connection.execute(BY_ID.statement, {"id": person_id}).all())

    def with_code(self, code: str, source: str | None = None) -> Person | None:
        """The account with this code: the office's own, or one of an imported log."""
        return from_rows(self._connection.execute(_BY_CODE, {"code": code, "source": source or ""}).all())

    def account(self, code: str, source: str | None = None) -> Person:
        """As ``with_code``. Raises UnknownPerson."""
        person = self.with_code(code, source)
        if person is None:
            raise UnknownPerson(person=code)
        return person

    def lock_to_change(self, code: str) -> None:
        """Waits for whoever changes this account, or an administrator's, and makes the next one wait.

        All in the order of their ids, so that two administrators who take each other's rights away cannot deadlock.
        Ask for the person afterwards: a statement that waited would still see how it was before.
        """
        keep = sa.select(assignments.c.person_id).where(assignments.c.role == ADMINISTRATOR)
        wanted = people.c.id.in_(keep) | ((people.c.code == code) & (people.c.source == ""))
        self._connection.execute(
            sa.select(people.c.id).where(wanted).order_by(people.c.id).with_for_update(key_share=True)
        ).all()

    def administrators_with_a_way_in(self, at: datetime) -> set[int]:
        """The open accounts that hold the administrator's role at that moment and have a password."""
        wanted = (
            sa.select(people.c.id)
            .join_from(people, assignments, assignments.c.person_id == people.c.id)
            .where(
                assignments.c.role == ADMINISTRATOR,
                assignments.c.since <= at,
                assignments.c.until.is_(None) | (assignments.c.until > at),
                people.c.is_closed.is_(False),
                people.c.password_hash.is_not(None),
            )
        )
        return set(self._connection.execute(wanted).scalars())

    def password_hash(self, person_id: int) -> str | None:
        """What the password is checked against; None: no sign-in by password."""
        return self._connection.execute(sa.select(people.c.password_hash).where(people.c.id == person_id)).scalar()

    def insert(self, *, code: str, name: str, source: str | None, at: datetime, nik_index: bytes | None = None) -> int:
        """A new account, without rights and without sign-in; gives its id."""
        row = {"code": code, "name": name, "source": source or "", "is_closed": False, "created_at": at,
               "nik_index": nik_index}  # fmt: skip
        return int(self._connection.execute(sa.insert(people).returning(people.c.id), row).scalar_one())

    def set_password(self, person_id: int, hashed: str) -> None:
        """Lets the account sign in with this password only, and ends its sessions."""
        self._connection.execute(sa.update(people).where(people.c.id == person_id).values(password_hash=hashed))
        self._connection.execute(sa.delete(sign_ins).where(sign_ins.c.person_id == person_id))

    def identify(self, person_id: int, nik_index: bytes) -> None:
        """Remembers by whose NIK the account is known; a decision under way, which holds the row, is waited for."""
        self._connection.execute(sa.update(people).where(people.c.id == person_id).values(nik_index=nik_index))

    def reveals_since(self, person_id: int, at: datetime) -> int:
        """How often the person has looked at personal data since then; older looks are forgotten.

        Locks the person first, and harder than ``with_id`` does: two looks at once must not both be the last allowed.
        """
        self._connection.execute(_LOCK_TO_COUNT, {"id": person_id})
        theirs = reveals.c.person_id == person_id
        self._connection.execute(sa.delete(reveals).where(theirs, reveals.c.at < at))
        return int(self._connection.execute(sa.select(sa.func.count()).where(theirs)).scalar_one())

    def count_reveal(self, person_id: int, at: datetime) -> None:
        """One look more."""
        self._connection.execute(sa.insert(reveals), {"person_id": person_id, "at": at})

    def close(self, person_id: int) -> None:
        """The account can do nothing any more, from this moment; its past stays."""
        self._connection.execute(sa.update(people).where(people.c.id == person_id).values(is_closed=True))
        self._connection.execute(sa.delete(sign_ins).where(sign_ins.c.person_id == person_id))

    def assign(self, person_id: int, held: Sequence[Assignment]) -> None:
        """Adds assignments."""
        rows = [
            {
                "person_id": person_id,
                "role": one.role,
                "desk": one.desk,
                "since": one.since,
                "until": one.until,
                "acting": one.acting.title.value if one.acting else None,
                "instrument": one.acting.instrument if one.acting else None,
                "instrument_date": one.acting.dated if one.acting else None,
            }
            for one in held
        ]
        if rows:
            self._connection.execute(sa.insert(assignments), rows)

    def end_assignment(self, person_id: int, *, role: str, desk: str | None, at: datetime) -> int:
        """Takes a role away from now on; gives how many assignments that ended."""
        # The person's row is touched so that a decision under way, which holds it, is waited for.
        self._connection.execute(sa.update(people).where(people.c.id == person_id).values(is_closed=people.c.is_closed))
        found = sa.update(assignments).where(
            assignments.c.person_id == person_id,
            assignments.c.role == role,
            assignments.c.desk.is_not_distinct_from(desk),
            assignments.c.until.is_(None) | (assignments.c.until > at),
        )
        return self._connection.execute(found.values(until=at)).rowcount

    def start_sign_in(self, sign_in: SignIn) -> None:
        """A new session."""
        fields = SignIn.__dataclass_fields__
        self._connection.execute(sa.insert(sign_ins), {name: getattr(sign_in, name) for name in fields})

    def sign_in_of(self, token_hash: str) -> SignIn | None:
        """The session of this cookie."""
        row = self._connection.execute(sa.select(sign_ins).where(sign_ins.c.token_hash == token_hash)).first()
        return None if row is None else SignIn(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    def touch_sign_in(self, token_hash: str, at: datetime) -> None:
        """Remembers that the session was used."""
        self._connection.execute(sa.update(sign_ins).where(sign_ins.c.token_hash == token_hash).values(seen_at=at))

    def end_sign_in(self, token_hash: str) -> None:
        """Signs out."""
        self._connection.execute(sa.delete(sign_ins).where(sign_ins.c.token_hash == token_hash))

    def end_sign_ins_before(self, *, seen: datetime, started: datetime) -> int:
        """Ends the sessions that have been idle, or have lasted, too long; gives how many."""
        stale = (sign_ins.c.seen_at < seen) | (sign_ins.c.started_at < started)
        return self._connection.execute(sa.delete(sign_ins).where(stale)).rowcount

    def leave_link(self, *, token_hash: str, person_id: int, expires_at: datetime) -> None:
        """A link by which this person sets a password; earlier ones stop working."""
        self._connection.execute(sa.delete(one_time_links).where(one_time_links.c.person_id == person_id))
        row = {"token_hash": token_hash, "person_id": person_id, "expires_at": expires_at}
        self._connection.execute(sa.insert(one_time_links), row)

    def use_link(self, token_hash: str, at: datetime) -> int | None:
        """The person the link was made for; the link is used up. None: unknown, used or expired."""
        found = sa.delete(one_time_links).where(
            one_time_links.c.token_hash == token_hash, one_time_links.c.expires_at > at
        )
        return self._connection.execute(found.returning(one_time_links.c.person_id)).scalar()


def from_rows(rows: Sequence[Any]) -> Person | None:
    """The person of these rows, one an assignment."""
    if not rows:
        return None
    first = rows[0]
    held = tuple(
        Assignment(
            role=row.role,
            desk=row.desk,
            since=row.since,
            until=row.until,
            acting=acting_of(row.acting, row.instrument, row.instrument_date),
        )
        for row in rows
        if row.role is not None
    )
    return Person(
        id=first.id,
        code=first.code,
        name=first.name,
        source=first.source or None,
        is_closed=first.is_closed,
        assignments=held,
        nik_index=bytes(first.nik_index) if first.nik_index is not None else None,
    )
