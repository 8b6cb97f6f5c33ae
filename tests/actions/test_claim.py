"""An officer takes a document, so that nobody else decides meanwhile, or gives it back."""

from datetime import timedelta

import pytest

from routing.actions.claim import claim, release
from routing.domain.application import Application
from routing.domain.errors import (
    HeldByAnother,
    NotAllowed,
    NotAtThisDesk,
    StillOnItsWay,
    UnknownApplication,
)
from routing.domain.people import Person
from routing.reading.chains import verify_chains
from tests.domain.people_of_the_mall import OMAR, SARI, person
from tests.exported_entries import export_entries
from tests.mall import Mall
from tests.row_counts import row_counts

KADEK = person("kadek", "verifier", "verifikasi")


def arrived(mall: Mall) -> Application:
    document = mall.registers()
    mall.carries()
    mall.hires(KADEK)
    return document


def takes(mall: Mall, document: Application, by: Person, visit: int = 2) -> Application:
    return claim(mall.office, document.number, visit=visit, person_id=mall.id_of(by))


def gives_back(mall: Mall, document: Application, by: Person) -> Application:
    return release(mall.office, document.number, visit=2, person_id=mall.id_of(by))


def test_whoever_takes_a_document_holds_it_from_that_moment(mall: Mall) -> None:
    document = arrived(mall)
    now = mall.clock.advance(timedelta(minutes=3))
    assert takes(mall, document, OMAR) == mall.application(document.number)
    (visit,) = mall.open_visits(document)
    assert (visit.holder, visit.claimed_at) == ("omar", now)
    with pytest.raises(HeldByAnother, match="omar"):
        mall.decides(document, KADEK, "forward")
    assert mall.decides(document, OMAR, "forward").step == "recommend"


def test_taking_it_again_changes_nothing(mall: Mall) -> None:
    document = arrived(mall)
    first = takes(mall, document, OMAR)
    before = row_counts(mall.office.database)
    assert takes(mall, document, OMAR) == first
    assert row_counts(mall.office.database) == before


def test_what_was_given_back_can_be_taken_by_somebody_else(mall: Mall) -> None:
    document = arrived(mall)
    takes(mall, document, OMAR)
    gives_back(mall, document, OMAR)
    assert mall.open_visits(document)[0].holder is None
    takes(mall, document, KADEK)
    assert mall.open_visits(document)[0].holder == "kadek"
    assert mall.decides(document, KADEK, "forward").step == "recommend"
    report = verify_chains(mall.office)
    # Submitted, accepted, arrived, claimed, released, claimed, decided.
    assert (report.entries, report.breaks) == (7, ())


def test_a_colleague_takes_a_document_from_a_holder_who_is_away(mall: Mall) -> None:
    document = arrived(mall)
    takes(mall, document, OMAR)
    gives_back(mall, document, KADEK)
    assert mall.open_visits(document)[0].holder is None
    (said,) = [entry.said for entry in export_entries(mall.office, everything=True) if entry.kind == "released"]
    assert (said["actor"], said["holder"], said["role"]) == ("kadek", "omar", "verifier")
    takes(mall, document, KADEK)
    assert mall.decides(document, KADEK, "forward").step == "recommend"


def test_giving_back_what_nobody_holds_changes_nothing(mall: Mall) -> None:
    document = arrived(mall)
    before = row_counts(mall.office.database)
    gives_back(mall, document, OMAR)
    assert row_counts(mall.office.database) == before


def test_who_decides_without_taking_is_the_one_who_held_it(mall: Mall) -> None:
    document = arrived(mall)
    mall.decides(document, OMAR, "forward")
    with mall.office.reading() as connection:
        held = connection.exec_driver_sql("SELECT holder FROM visits ORDER BY no").scalars().all()
    assert held == ["ida", "omar", None]


def test_what_cannot_be_taken_or_given_back_is_told_and_changes_nothing(mall: Mall) -> None:
    document, on_its_way = arrived(mall), mall.registers()
    takes(mall, document, OMAR)
    before = row_counts(mall.office.database)
    with pytest.raises(HeldByAnother, match="omar"):
        takes(mall, document, KADEK)
    with pytest.raises(NotAllowed, match="verifier"):
        gives_back(mall, document, SARI)
    with pytest.raises(NotAllowed, match="verifier"):
        takes(mall, document, SARI)
    with pytest.raises(NotAtThisDesk, match="verifikasi"):
        takes(mall, document, OMAR, visit=1)
    with pytest.raises(StillOnItsWay):
        takes(mall, on_its_way, OMAR)
    with pytest.raises(StillOnItsWay):
        gives_back(mall, on_its_way, OMAR)
    with pytest.raises(UnknownApplication):
        claim(mall.office, "SIP-DOKTER-2026-000099-0", visit=2, person_id=mall.id_of(OMAR))
    assert row_counts(mall.office.database) == before
