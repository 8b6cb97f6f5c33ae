"""The permit with every limit, in force in the mall, and what the clock did about it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.actions.publish import publish
from routing.domain.application import Application
from routing.domain.people import Person
from routing.storage.tables import audit_entries, audit_marks, notices
from tests.domain.people_of_the_mall import IDA, OMAR
from tests.domain.route_of_times import times
from tests.mall import Mall

SERVICE = "izin-waktu"
#: What a warning is known by.
Told = tuple[str, str, datetime, str]


def opens(mall: Mall, **changed: object) -> None:
    """Puts the route into force; everybody it asks for works in the mall already."""
    assert publish(mall.office, times(**changed), by="tests")


def registers(mall: Mall) -> Application:
    """A document that has arrived at the first desk."""
    document = mall.registers(service=SERVICE, papers=(), form={})
    mall.carries()
    return mall.application(document.number)


def returned(mall: Mall) -> Application:
    """One that waits for its applicant."""
    return says(mall, registers(mall), OMAR, "return", reason="Foto buram")


def says(mall: Mall, document: Application, by: Person, decision: str, reason: str = "") -> Application:
    """Somebody decides, and the document arrives where that sends it."""
    mall.decides(document, by, decision, reason=reason)
    mall.carries()
    return mall.application(document.number)


def repaired(mall: Mall, document: Application) -> Application:
    """The applicant brings what was asked for."""
    return says(mall, document, IDA, "resubmit")


def told(mall: Mall, *documents: Application) -> list[Told]:
    """What was told of these, in the order of time."""
    wanted = [one.id for one in documents]
    question = (
        sa.select(notices.c.about, notices.c.level, notices.c.due, notices.c.addressee)
        .where(notices.c.application_id.in_(wanted))
        .order_by(notices.c.at, notices.c.application_id)
    )
    return [tuple(row) for row in _rows(mall, question)]


def kinds(mall: Mall, document: Application) -> list[str]:
    """The entries of the document's chain."""
    question = (
        sa.select(audit_entries.c.kind)
        .where(audit_entries.c.application_id == document.id)
        .order_by(audit_entries.c.seq)
    )
    return [row.kind for row in _rows(mall, question)]


def marks(mall: Mall, document: Application) -> list[str]:
    """What the auditor is shown of it."""
    question = sa.select(audit_marks.c.mark).where(audit_marks.c.application_id == document.id)
    return [row.mark for row in _rows(mall, question)]


def _rows(mall: Mall, question: sa.Select[Any]) -> list[sa.Row[Any]]:
    with mall.office.reading() as connection:
        return list(connection.execute(question))
