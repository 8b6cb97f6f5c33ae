"""Nobody handles an application of their own, whoever they are at whichever desk."""

import pytest

from routing.actions.claim import claim
from routing.actions.keep_accounts import identify, open_account
from routing.actions.withdraw import withdraw
from routing.domain.errors import MalformedNik, NotAllowed
from routing.domain.preconditions import OwnApplication
from tests.actions.test_erase import RINA
from tests.domain.people_of_the_mall import IDA, OMAR
from tests.mall import LESTARI, Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound


def test_an_officer_does_not_handle_their_own_application_and_a_colleague_does(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    identify(mall.office, "omar", f" {LESTARI.nik[:6]} {LESTARI.nik[6:]}")
    before = row_counts(mall.office.database)
    with pytest.raises(OwnApplication, match=document.number):
        mall.decides(document, OMAR, "forward")
    with pytest.raises(OwnApplication):
        claim(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))
    assert row_counts(mall.office.database) == before
    require_sound(mall.office)
    identify(mall.office, "omar", "3579014107900002")
    assert mall.decides(document, OMAR, "forward").step == "recommend"


def test_a_counter_registers_and_withdraws_everybody_but_its_own_clerk(mall: Mall) -> None:
    document = mall.registers()
    identify(mall.office, "ida", LESTARI.nik)
    before = row_counts(mall.office.database)
    with pytest.raises(OwnApplication, match="this application"):
        mall.registers()
    with pytest.raises(OwnApplication):
        withdraw(mall.office, document.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))
    assert row_counts(mall.office.database) == before


def test_an_account_is_opened_with_its_owners_nik_of_which_only_the_index_is_kept(mall: Mall) -> None:
    with pytest.raises(MalformedNik):
        open_account(mall.office, code="nyoman", name="Nyoman", nik="357901")
    nyoman = open_account(mall.office, code="nyoman", name="Nyoman", nik=LESTARI.nik)
    with mall.office.transaction() as tx:
        person = tx.people.with_id(nyoman)
        assert person.nik_index == tx.personal.vault.index_of(LESTARI.nik)
    assert LESTARI.nik not in repr(person)


def test_only_an_administrator_says_whose_account_it_is(sqlite_mall: Mall) -> None:
    with pytest.raises(NotAllowed):
        identify(sqlite_mall.office, "omar", LESTARI.nik, by=sqlite_mall.id_of(IDA))
    identify(sqlite_mall.office, "omar", LESTARI.nik, by=sqlite_mall.hires(RINA))
