"""Whoever takes away, adds or changes a mark, a notice or a deemed approval behind the log's back is found."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from routing.actions.keep_time import keep_time
from routing.actions.raise_obstacle import Obstacle, raise_obstacle
from routing.domain.application import Application
from routing.reading.chains import verify_chains
from routing.storage.tables import applications, audit_marks, notices
from tests.actions.times_in_the_mall import marks, opens, registers, says
from tests.calendars import indonesia
from tests.domain.people_of_the_mall import IDA, OMAR
from tests.domain.route_of_times import DEEMED
from tests.mall import Mall

#: What keeps honest hands from it; whoever has the database's password gets round it.
OPEN_THE_BOOKS = {
    "sqlite": [
        *(f"DROP TRIGGER audit_marks_refuse_{verb}" for verb in ("update", "delete", "replace")),
        "DROP TRIGGER applications_keep_deemed",
    ],
    "postgresql": [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in ("audit_marks", "applications")],
}


def problems(mall: Mall) -> list[tuple[str, int, str]]:
    return [(one.number, one.seq, one.problem) for one in verify_chains(mall.office).breaks]


def forge(mall: Mall, statement: sa.Executable) -> None:
    with mall.office.database.writing() as connection:
        connection.execute(statement)


def late(mall: Mall) -> Application:
    """Warned of, returned late and so marked, and deemed granted in the end; another, honest one lies beside it."""
    opens(mall, legal_limit=DEEMED)
    document = registers(mall)
    registers(mall)
    mall.clock.now = datetime(2026, 3, 12, 9, tzinfo=indonesia().time_zone)
    keep_time(mall.office)
    says(mall, document, OMAR, "return", reason="Foto buram")
    mall.carries()
    says(mall, document, IDA, "resubmit")
    mall.clock.now = datetime(2026, 4, 10, 9, tzinfo=indonesia().time_zone)
    keep_time(mall.office)
    for statement in OPEN_THE_BOOKS[mall.office.database.name]:
        forge(mall, sa.text(statement))
    assert sorted(marks(mall, document)) == ["deemed", "late-return"]
    assert problems(mall) == []
    return mall.application(document.number)


def test_a_mark_that_was_taken_away_added_or_changed_is_found_and_named(mall: Mall) -> None:
    document = late(mall)
    of_it = audit_marks.c.application_id == document.id
    row = of_it & (audit_marks.c.mark == "late-return")
    with mall.office.reading() as connection:
        was = connection.execute(sa.select(audit_marks).where(row)).one()._asdict()
    gone = 'the mark "late-return" that this entry set is gone'
    forge(mall, sa.delete(audit_marks).where(row))
    assert problems(mall) == [(document.number, was["seq"], gone)]
    # Another one in its place hides nothing, nor the same one at another entry.
    forge(mall, sa.insert(audit_marks).values(was | {"mark": "restart"}))
    assert problems(mall) == [(document.number, was["seq"], gone)]
    forge(mall, sa.update(audit_marks).where(of_it & (audit_marks.c.mark == "restart")).values(mark="late-return"))
    assert problems(mall) == []
    forge(mall, sa.update(audit_marks).where(row).values(at=was["at"] + timedelta(days=1)))
    moved = 'the mark "late-return" is of another moment than the entry that set it'
    assert problems(mall) == [(document.number, was["seq"], moved)]
    forge(mall, sa.update(audit_marks).where(row).values(at=was["at"]))
    forge(mall, sa.insert(audit_marks).values(was | {"seq": 1}))
    assert problems(mall) == [(document.number, 1, 'no entry set the mark "late-return"')]


def test_a_deemed_approval_that_is_moved_forgotten_or_invented_is_found(mall: Mall) -> None:
    document = late(mall)
    assert document.deemed_at is not None
    of_it = applications.c.id == document.id
    for at in (document.deemed_at + timedelta(days=30), None):
        forge(mall, sa.update(applications).where(of_it).values(deemed_at=at))
        [(number, _, problem)] = problems(mall)
        assert number == document.number
        assert problem.startswith("it is deemed granted ")
        assert problem.endswith(f"by the log {document.deemed_at.astimezone(indonesia().time_zone).isoformat()}")
    forge(mall, sa.update(applications).where(of_it).values(deemed_at=document.deemed_at))
    honest = mall.registers()
    forge(mall, sa.update(applications).where(applications.c.id == honest.id).values(deemed_at=mall.clock.now))
    [(number, _, problem)] = problems(mall)
    assert (number, problem[-len("by the log never") :]) == (honest.number, "by the log never")


def test_a_notice_that_was_taken_away_added_or_changed_is_found(mall: Mall) -> None:
    document = late(mall)
    obstructed = registers(mall)
    mall.office.set_up_vault()
    obstacle = Obstacle(visit=2, reason="Listrik padam")
    raise_obstacle(mall.office, obstructed.number, obstacle, person_id=mall.id_of(OMAR))
    assert problems(mall) == []
    head = (notices.c.application_id == document.id) & (notices.c.about == "legal") & (notices.c.level == "passed")
    inspectorate = head & (notices.c.addressee == "inspectorate")
    with mall.office.reading() as connection:
        was = connection.execute(sa.select(notices).where(inspectorate)).one()._asdict()
    forge(mall, sa.delete(notices).where(inspectorate))
    [(number, _, problem)] = problems(mall)
    assert (number, problem) == (document.number, "a notice this entry gave is gone: inspectorate")
    forge(mall, sa.insert(notices).values(was))
    for invented in ({"addressee": "supervisor:pupr"}, {"due": was["due"] + timedelta(days=9)}):
        forge(mall, sa.insert(notices).values(was | invented))
        [(number, _, problem)] = problems(mall)
        assert number == document.number
        assert problem.startswith("no entry gave this notice: ")
        forge(mall, sa.delete(notices).where(sa.and_(*(notices.c[name] == one for name, one in invented.items()))))
    forge(mall, sa.update(notices).where(inspectorate).values(at=was["at"] - timedelta(days=9)))
    assert [problem for *_, problem in problems(mall)] == ["a notice is of another moment than the entry that gave it"]
    forge(mall, sa.update(notices).where(inspectorate).values(at=was["at"]))
    forge(mall, sa.delete(notices).where((notices.c.level == "obstacle") & (notices.c.addressee == "head")))
    [(number, _, problem)] = problems(mall)
    assert (number, problem) == (obstructed.number, "a notice this entry gave is gone: head")
