"""A document that somebody has taken is theirs for a time; then anybody at the desk may take it, and reads why."""

from datetime import timedelta

import pytest

from routing.actions.claim import claim, release
from routing.domain.application import Application
from routing.domain.errors import HeldByAnother
from routing.domain.people import Person
from routing.reading.desk_queue import queue, untaken
from routing.reading.history import history
from tests.domain.people_of_the_mall import OMAR, person
from tests.mall import Mall
from tests.sound_books import require_sound

KADEK = person("kadek", "verifier", "verifikasi")
HOUR = timedelta(hours=1)


@pytest.fixture
def document(mall: Mall) -> Application:
    mall.hires(KADEK)
    registered = mall.registers()
    mall.carries()
    return registered


def takes(mall: Mall, document: Application, who: Person) -> None:
    claim(mall.office, document.number, visit=2, person_id=mall.id_of(who))


def test_a_claim_has_an_end_that_everybody_sees(mall: Mall, document: Application) -> None:
    takes(mall, document, OMAR)
    (row,) = queue(mall.office, "verifikasi").rows
    assert row.lease_until == mall.office.now() + HOUR
    assert not row.has_lapsed
    assert untaken(mall.office, "verifikasi", 10) == ()
    with pytest.raises(HeldByAnother, match="omar"):
        takes(mall, document, KADEK)


def test_a_lapsed_claim_hangs_nothing_up_and_the_next_holder_reads_of_it(mall: Mall, document: Application) -> None:
    takes(mall, document, OMAR)
    mall.clock.advance(HOUR)
    (row,) = queue(mall.office, "verifikasi").rows
    assert row.has_lapsed
    assert [one.number for one in untaken(mall.office, "verifikasi", 10)] == [document.number]
    takes(mall, document, KADEK)
    event = history(mall.office, document.id, with_notes=False).events[0]
    assert (event.kind, event.actor, event.holder) == ("claimed", "kadek", "omar")
    with pytest.raises(HeldByAnother, match="kadek"):
        mall.decides(document, OMAR, "forward")
    assert mall.decides(document, KADEK, "forward").step == "recommend"
    require_sound(mall.office)


def test_whose_claim_has_lapsed_still_decides_while_nobody_else_has_taken_it(mall: Mall, document: Application) -> None:
    takes(mall, document, OMAR)
    mall.clock.advance(HOUR * 5)
    assert mall.decides(document, OMAR, "forward").step == "recommend"


def test_taking_it_again_prolongs_it_only_when_it_is_about_to_end(mall: Mall, document: Application) -> None:
    takes(mall, document, OMAR)
    version = mall.application(document.number).version
    mall.clock.advance(HOUR / 4)
    takes(mall, document, OMAR)
    assert mall.application(document.number).version == version
    mall.clock.advance(HOUR / 2)
    takes(mall, document, OMAR)
    (visit,) = mall.open_visits(document)
    assert visit.lease_until == mall.office.now() + HOUR


def test_a_document_that_is_given_back_has_no_end_any_more(mall: Mall, document: Application) -> None:
    takes(mall, document, OMAR)
    release(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))
    (visit,) = mall.open_visits(document)
    assert (visit.holder, visit.lease_until) == (None, None)


def test_what_is_due_first_lies_on_top_whenever_it_came(mall: Mall) -> None:
    permits = [mall.registers() for _ in range(2)]
    mall.clock.advance(timedelta(minutes=1))
    advert = mall.registers(
        service="izin-reklame", papers=("form", "id-card", "nib", "npwp", "site", "content", "structure", "land")
    )
    mall.clock.advance(timedelta(minutes=1))
    mall.carries()
    rows = queue(mall.office, "verifikasi").rows
    assert {row.number for row in rows[:2]} == {one.number for one in permits}
    assert rows[2].number == advert.number
    first = queue(mall.office, "verifikasi", most=2)
    rest = queue(mall.office, "verifikasi", first.next)
    assert [row.number for row in (*first.rows, *rest.rows)] == [row.number for row in rows]
