"""What does the office offer, and who works where? Units, desks, roles, services in force, people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.acting import acting_of
from routing.domain.desks import Desk, Label, Role, Unit
from routing.domain.errors import UnknownPerson
from routing.domain.people import Assignment, Person
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.storage.tables import assignments, desks, people, roles, services, units, workflow_versions

_UNITS = sa.select(units.c.code, units.c.label).order_by(units.c.code)
_DESKS = sa.select(desks.c.code, desks.c.label, desks.c.unit, desks.c.counter).order_by(desks.c.code)
_ROLES = sa.select(roles.c.code, roles.c.label).order_by(roles.c.code)
_SERVICES = sa.select(services.c.code, services.c.workflow).order_by(services.c.code)
_VERSIONS = sa.select(workflow_versions.c.hash).where(
    workflow_versions.c.hash.startswith(sa.bindparam("beginning", type_=sa.Text()))
)
_OWN_NAMES = sa.select(people.c.code, people.c.name).where(
    people.c.source == "", people.c.code.in_(sa.bindparam("codes", expanding=True))
)
_PAGE_OF_PEOPLE = (
    sa.select(people.c.id, people.c.code, people.c.name, people.c.is_closed)
    .where(people.c.source == "", people.c.code > sa.bindparam("after"))
    .order_by(people.c.code)
    .limit(sa.bindparam("most"))
)
_ONE_OF_THE_PEOPLE = sa.select(people.c.id, people.c.code, people.c.name, people.c.is_closed).where(
    people.c.source == "", people.c.id == sa.bindparam("id")
)
_ONE_BY_CODE = sa.select(people.c.id, people.c.code, people.c.name, people.c.is_closed).where(
    people.c.source == "", people.c.code == sa.bindparam("code")
)
_HELD = (
    sa.select(assignments)
    .where(assignments.c.person_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(assignments.c.id)
)
PEOPLE_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Every unit, desk and role, by its code."""

    units: Mapping[str, Unit]
    desks: Mapping[str, Desk]
    roles: Mapping[str, Role]

    @property
    def counters(self) -> tuple[str, ...]:
        """The desks that face the public."""
        return tuple(code for code, desk in self.desks.items() if desk.counter)

    def names(self, language: str) -> dict[str, str]:
        """What each code is called on screen."""
        known: dict[str, Unit | Desk | Role] = {**self.units, **self.roles, **self.desks}
        return {code: thing.label.in_language(language) for code, thing in known.items()}


def directory(connection: Connection) -> Directory:
    """The office as it is written in its files."""
    return Directory(
        units={row.code: Unit(code=row.code, label=Label(**row.label)) for row in connection.execute(_UNITS)},
        desks={
            row.code: Desk(code=row.code, label=Label(**row.label), unit=row.unit, counter=row.counter)
            for row in connection.execute(_DESKS)
        },
        roles={row.code: Role(code=row.code, label=Label(**row.label)) for row in connection.execute(_ROLES)},
    )


def services_in_force(office: Office) -> tuple[Workflow, ...]:
    """The services one can apply for at a counter, by code; those derived from a log take no new applications."""
    with office.reading() as connection:
        in_force = [row.workflow for row in connection.execute(_SERVICES)]
    books = (office.rule_book(content_hash).workflow for content_hash in in_force)
    return tuple(workflow for workflow in books if workflow.imported_from is None)


def service_codes(office: Office) -> tuple[str, ...]:
    """The code of every service, those derived from a log too."""
    with office.reading() as connection:
        return tuple(row.code for row in connection.execute(_SERVICES))


def version_named(office: Office, beginning: str) -> Workflow | None:
    """The published version whose content hash begins so; None: there is none, or more than one."""
    with office.reading() as connection:
        found = connection.execute(_VERSIONS, {"beginning": beginning}).scalars().all()
    return office.rule_book(found[0]).workflow if len(found) == 1 else None


def names_of(connection: Connection, codes: Iterable[str | None]) -> dict[str, str]:
    """The names of the office's own accounts, by code; accounts of imported logs have none but their code."""
    wanted = sorted({code for code in codes if code})
    if not wanted:
        return {}
    return {row.code: row.name for row in connection.execute(_OWN_NAMES, {"codes": wanted})}


def people_page(connection: Connection, after: str = "", most: int = PEOPLE_ON_A_PAGE) -> tuple[Person, ...]:
    """The office's own accounts, by code, from the one behind ``after`` on."""
    rows = connection.execute(_PAGE_OF_PEOPLE, {"after": after, "most": most}).all()
    return _with_assignments(connection, rows)


def person_with_id(connection: Connection, person_id: int) -> Person | None:
    """One of the office's own accounts."""
    rows = connection.execute(_ONE_OF_THE_PEOPLE, {"id": person_id}).all()
    found = _with_assignments(connection, rows)
    return found[0] if found else None


def person_with_code(connection: Connection, code: str) -> Person:
    """One of the office's own accounts. Raises UnknownPerson."""
    found = _with_assignments(connection, connection.execute(_ONE_BY_CODE, {"code": code}))
    if not found:
        raise UnknownPerson(person=code)
    return found[0]


def _with_assignments(connection: Connection, rows: Iterable[sa.Row[*tuple[Any, ...]]]) -> tuple[Person, ...]:
    rows = list(rows)
    held: dict[int, list[Assignment]] = {row.id: [] for row in rows}
    for row in connection.execute(_HELD, {"ids": list(held)}) if held else ():
        acting = acting_of(row.acting, row.instrument, row.instrument_date)
        one = Assignment(role=row.role, desk=row.desk, since=row.since, until=row.until, acting=acting)
        held[row.person_id].append(one)
    return tuple(
        Person(
            id=row.id,
            code=row.code,
            name=row.name,
            is_closed=row.is_closed,
            assignments=tuple(held[row.id]),
        )
        for row in rows
    )
