"""Which hand-offs have arrived, and how many messages that took."""

from routing.actions.deliver import deliver
from routing.actions.ring import collect_rings
from routing.reading.imported_cases import arrived, case_progress, messages_of
from tests.domain.people_of_the_mall import OMAR
from tests.mall import SERVICE, Mall


def test_of_the_hand_offs_asked_for_those_that_arrived_are_told(mall: Mall) -> None:
    on_its_way, here, gone = (mall.registers() for _ in range(3))
    deliver(mall.office, [(here.id, 2), (gone.id, 2)])
    mall.decides(gone, OMAR, "forward")
    asked = [(on_its_way.id, 2), (here.id, 2), (gone.id, 2), (gone.id, 3), (here.id, 1), (1, 1)]
    assert arrived(mall.office, asked) == {(here.id, 1), (here.id, 2), (gone.id, 2)}
    assert arrived(mall.office, []) == set()


def test_more_are_asked_for_than_fit_into_one_question(sqlite_mall: Mall) -> None:
    document = sqlite_mall.registers()
    sqlite_mall.carries()
    asked = [(number, 2) for number in range(1, 1_700)]
    assert arrived(sqlite_mall.office, [*asked, (document.id, 2)]) == {(document.id, 2)}


def test_messages_are_counted_by_service(mall: Mall) -> None:
    assert messages_of(mall.office, SERVICE) == 0
    for _ in range(3):
        mall.registers()
    assert len(collect_rings(mall.office)) == 1
    assert messages_of(mall.office, SERVICE) == 1
    mall.registers()
    assert len(collect_rings(mall.office)) == 1
    assert messages_of(mall.office, SERVICE) == 2
    assert messages_of(mall.office, "another") == 0


def test_applications_of_the_office_are_no_cases_of_a_log(mall: Mall) -> None:
    mall.registers()
    assert case_progress(mall.office, SERVICE) == {}
