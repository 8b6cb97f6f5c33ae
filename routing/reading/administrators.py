"""Is there an administrator who can sign in?"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from routing.domain.people import ADMINISTRATOR
from routing.office import Office
from routing.storage.tables import assignments, people

_ADMINISTRATORS = (
    sa.select(people.c.code, people.c.password_hash.is_not(None).label("can_sign_in"))
    .join_from(people, assignments, assignments.c.person_id == people.c.id)
    .where(
        assignments.c.role == ADMINISTRATOR,
        assignments.c.since <= sa.bindparam("now", type_=assignments.c.since.type),
        assignments.c.until.is_(None) | (assignments.c.until > sa.bindparam("now", type_=assignments.c.since.type)),
        people.c.is_closed.is_(False),
    )
    .order_by(people.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """The administrator the office starts with."""

    #: None: there is none yet
    code: str | None
    #: whether some administrator has a password
    can_sign_in: bool


def first_administrator(office: Office) -> FirstAdministrator:
    """The first administrator, and whether any of them can sign in."""
    with office.reading() as connection:
        rows = connection.execute(_ADMINISTRATORS, {"now": office.now()}).all()
    return FirstAdministrator(code=rows[0].code if rows else None, can_sign_in=any(row.can_sign_in for row in rows))
