"""Who applies, and for what else? Personal data, opened: asked for only after ``may`` has said yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Application, Particulars
from routing.domain.desks import Label
from routing.domain.identifiers import check_nik
from routing.office import Office
from routing.storage.tables import application_keys, applications, particulars

#: What it takes to say who applies; for rows of ``with_what_is_sealed``.
SEALED = (applications.c.id.label("application_id"), particulars.c.sealed, application_keys.c.wrapped)

MOST_OF_ONE_APPLICANT = 50


def with_what_is_sealed(found: sa.FromClause) -> sa.FromClause:
    """Rows with applications, and beside each who applies, sealed, where that is known."""
    return found.outerjoin(particulars, particulars.c.application_id == applications.c.id).outerjoin(
        application_keys, application_keys.c.application_id == applications.c.id
    )


_ONE = sa.select(*SEALED).select_from(with_what_is_sealed(applications)).where(applications.c.id == sa.bindparam("id"))
_OF_ONE_APPLICANT = (
    sa.select(
        *SEALED, applications.c.number, applications.c.service, applications.c.workflow, applications.c.step,
        applications.c.outcome, applications.c.submitted_at,
    )
    .select_from(with_what_is_sealed(applications))
    .where(applications.c.applicant_index == sa.bindparam("index"))
    .order_by(applications.c.id.desc())
    .limit(MOST_OF_ONE_APPLICANT)
)  # fmt: skip
_TWINS = (
    sa.select(applications.c.number)
    .where(
        applications.c.applicant_index == sa.bindparam("index"),
        applications.c.service == sa.bindparam("service"),
        applications.c.outcome.is_(None),
        applications.c.id != sa.bindparam("id"),
    )
    .order_by(applications.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfOneApplicant:
    """An application of somebody who asks at the counter."""

    number: str
    name: str | None
    service: Label
    stage: Label
    is_open: bool
    submitted_at: datetime


def who_applies(office: Office, application_id: int) -> Particulars | None:
    """Who applies; None: imported without anybody, or erased. Raises SealBroken, MasterKeyUnusable."""
    with office.reading() as connection:
        row = connection.execute(_ONE, {"id": application_id}).first()
        return who_applies_in(office, connection, row) if row is not None else None


def who_applies_in(office: Office, connection: Connection, row: Any) -> Particulars | None:
    """As ``who_applies``, from a row with ``SEALED``."""
    if row.sealed is None or row.wrapped is None:
        return None
    key = office.vault(connection).unwrap(row.application_id, bytes(row.wrapped))
    return key.particulars(bytes(row.sealed))


def note_in(office: Office, connection: Connection, row: Any) -> str | None:
    """The free text of an entry, from a row with its place, the sealed text and the wrapped key."""
    if row.sealed is None or row.wrapped is None:
        return None
    key = office.vault(connection).unwrap(row.application_id, bytes(row.wrapped))
    return key.note(row.seq, bytes(row.sealed))


def applications_of(office: Office, nik: str) -> tuple[OfOneApplicant, ...]:
    """What the owner of this NIK has applied for, newest first. Raises MalformedNik."""
    checked = check_nik(nik)
    with office.reading() as connection:
        rows = connection.execute(_OF_ONE_APPLICANT, {"index": office.vault(connection).index_of(checked)}).all()
        names = [who_applies_in(office, connection, row) for row in rows]
    return tuple(_one(office, row, who) for row, who in zip(rows, names, strict=True))


def open_twins(office: Office, application: Application) -> tuple[str, ...]:
    """The numbers of other open applications of the same applicant for the same service."""
    if application.applicant_index is None:
        return ()
    asked = {"index": application.applicant_index, "service": application.service, "id": application.id}
    with office.reading() as connection:
        return tuple(connection.execute(_TWINS, asked).scalars())


def _one(office: Office, row: Any, who: Particulars | None) -> OfOneApplicant:
    workflow = office.rule_book(row.workflow).workflow
    return OfOneApplicant(
        number=row.number,
        name=who.name if who is not None else None,
        service=workflow.label,
        stage=workflow.label_of(row.step),
        is_open=row.outcome is None,
        submitted_at=row.submitted_at,
    )
