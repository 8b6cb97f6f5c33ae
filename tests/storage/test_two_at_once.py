"""Two decide about the same document at the same moment: one of them was first, the other is told."""

from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from routing.actions.claim import claim, release
from routing.actions.decide import decide
from routing.actions.withdraw import withdraw
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.errors import NotAtThisDesk, Refusal, StaleVersion
from routing.domain.people import Assignment, Person
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.storage.applications import WrittenMeanwhile
from routing.storage.applications import update as update_applications
from routing.storage.tables import applications, audit_entries, visits
from tests.domain.people_of_the_mall import IDA, LAST_YEAR, OMAR
from tests.mall import Mall
from tests.threads import at_once, split

ROUNDS = 50
KADEK = Person(
    id=0, code="kadek", name="Kadek",
    assignments=(Assignment(role="verifier", desk="verifikasi", since=LAST_YEAR),),
)  # fmt: skip


def arrived(mall: Mall, count: int) -> list[Application]:
    documents = [mall.registers() for _ in range(count)]
    mall.carries()
    return [mall.application(one.number) for one in documents]


def say(office: Office, document: Application, person_id: int, *, seen: int | None) -> Application:
    said = Decision(decision="forward", seen_version=seen)
    return decide(office, document.number, said, person_id=person_id)


def decided_of(office: Office, document: Application) -> int:
    """Decisions after the counter's in the log, which must be as many as closed visits and as the version says."""
    with office.reading() as connection:
        entries = connection.execute(
            sa.select(sa.func.count()).where(
                audit_entries.c.application_id == document.id, audit_entries.c.kind == "decided"
            )
        ).scalar_one()
        closed = connection.execute(
            sa.select(sa.func.count()).where(visits.c.application_id == document.id, visits.c.closed_at.is_not(None))
        ).scalar_one()
    assert entries == closed
    return int(entries) - 1


@pytest.mark.parametrize("with_version", [True, False])
def test_of_two_who_decide_at_once_exactly_one_is_first(mall: Mall, with_version: bool) -> None:
    kadek = mall.hires(KADEK)
    said_no = set()
    for document in arrived(mall, ROUNDS // 2):
        seen = document.version if with_version else None
        results = at_once(
            lambda: say(mall.office, document, mall.id_of(OMAR), seen=seen),  # noqa: B023 - called in this round
            lambda: say(mall.office, document, kadek, seen=seen),  # noqa: B023
        )
        (won,), (lost,) = split(results)
        assert isinstance(lost, Refusal), lost
        said_no.add(type(lost))
        assert mall.application(document.number) == won
        assert decided_of(mall.office, document) == 1
    assert verify_chains(mall.office).breaks == ()
    if with_version:
        assert said_no == {StaleVersion}


def test_of_two_who_take_a_document_at_once_one_holds_it(mall: Mall) -> None:
    kadek = mall.hires(KADEK)
    for document in arrived(mall, 10):
        (visit,) = mall.open_visits(document)
        results = at_once(
            lambda: claim(mall.office, document.number, visit=visit.no, person_id=mall.id_of(OMAR)),  # noqa: B023
            lambda: claim(mall.office, document.number, visit=visit.no, person_id=kadek),  # noqa: B023
        )
        (_,), (lost,) = split(results)
        (held,) = mall.open_visits(document)
        assert held.holder is not None
        assert held.holder in str(lost)


def test_a_visit_that_is_over_is_not_decided_by_its_number(mall: Mall) -> None:
    (document,) = arrived(mall, 1)
    (visit,) = mall.open_visits(document)
    mall.decides(document, OMAR, "forward", visit=visit.no)
    with pytest.raises(NotAtThisDesk, match="dinas-kesehatan"):
        mall.decides(document, OMAR, "forward", visit=visit.no)


def test_a_move_from_a_version_that_is_gone_is_not_written(mall: Mall) -> None:
    """Behind the lock stands the version: whoever got round the one is held by the other."""
    (document,) = arrived(mall, 1)
    moved_on = mall.decides(document, OMAR, "forward")
    with pytest.raises(WrittenMeanwhile, match=document.number), mall.office.database.writing() as connection:
        update_applications(connection, [(document, moved_on)])
    assert mall.application(document.number) == moved_on


def test_a_decision_takes_one_connection_however_new_the_process_is(postgresql_mall: Mall) -> None:
    """Sixteen first decisions at once, each with half of what it needs, would wait for one another."""
    mall = postgresql_mall
    (document,) = arrived(mall, 1)
    (visit,) = mall.open_visits(document)
    fresh = Office(mall.office.settings, clock=mall.clock)
    with ExitStack() as others:
        for _ in range(15):
            others.enter_context(fresh.reading())
        claim(fresh, document.number, visit=visit.no, person_id=mall.id_of(OMAR))
        release(fresh, document.number, visit=visit.no, person_id=mall.id_of(OMAR))
        say(fresh, document, mall.id_of(OMAR), seen=None)
        withdraw(fresh, document.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))
    fresh.close()


def test_no_version_is_written_twice_whoever_writes(mall: Mall) -> None:
    documents = arrived(mall, 4)
    kadek = mall.hires(KADEK)
    at_once(
        *(lambda one=one: say(mall.office, one, kadek, seen=None) for one in documents),
        *(lambda one=one: say(mall.office, one, mall.id_of(OMAR), seen=None) for one in documents),
        mall.carries,
        mall.carries,
    )
    with mall.office.reading() as connection:
        rows = connection.execute(sa.select(applications.c.version, applications.c.entry_count)).all()
        entries = connection.execute(sa.select(sa.func.count()).select_from(audit_entries)).scalar_one()
    assert sum(row.entry_count for row in rows) == entries
    # Every move but the registration, which has two, writes one entry.
    assert [row.entry_count - row.version for row in rows] == [1] * 4
