"""Which messages the relay sends: bundles for each desk, again when a lease ends, and at once after a fresh start."""

from datetime import timedelta

from routing.actions.deliver import deliver
from routing.actions.ring import MOST_IN_A_MESSAGE, collect_rings, forget_rings
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall


def test_a_desk_gets_its_documents_in_bundles(mall: Mall) -> None:
    documents = [mall.registers() for _ in range(MOST_IN_A_MESSAGE + 3)]
    mall.carries()
    elsewhere = [mall.decides(one, OMAR, "forward") for one in documents[:2]]
    new = [mall.registers() for _ in range(MOST_IN_A_MESSAGE + 1)]
    messages = collect_rings(mall.office)
    sizes = sorted((message.desk, len(message.hand_offs)) for message in messages)
    assert sizes == [("dinas-kesehatan", 2), ("verifikasi", 1), ("verifikasi", MOST_IN_A_MESSAGE)]
    named = sorted(hand_off for message in messages for hand_off in message.hand_offs)
    assert named == sorted([(one.id, 3) for one in elsewhere] + [(one.id, 2) for one in new])
    assert len({message.id for message in messages}) == 3


def test_nothing_is_rung_for_twice_before_its_lease_ends(mall: Mall) -> None:
    document = mall.registers()
    seconds = mall.office.settings.ring_lease_seconds
    for waited in (seconds, 2 * seconds, 4 * seconds):
        (message,) = collect_rings(mall.office)
        assert message.hand_offs == ((document.id, 2),)
        mall.clock.advance(timedelta(seconds=waited, microseconds=-1))
        assert collect_rings(mall.office) == []
        mall.clock.advance(timedelta(microseconds=1))
    assert len(collect_rings(mall.office)) == 1


def test_a_message_that_was_lost_is_made_good_by_the_next(mall: Mall) -> None:
    document = mall.registers()
    lost = collect_rings(mall.office)
    mall.clock.advance(timedelta(seconds=mall.office.settings.ring_lease_seconds))
    (message,) = mall.carries()
    assert message.id != lost[0].id
    assert mall.open_visits(document)[0].has_arrived
    mall.clock.advance(timedelta(days=1))
    assert collect_rings(mall.office) == []


def test_the_row_remembers_the_message_that_carried_it(mall: Mall) -> None:
    mall.registers()
    (message,) = collect_rings(mall.office)
    with mall.office.reading() as connection:
        said = connection.exec_driver_sql("SELECT message, rings FROM visits WHERE no = 2").one()
    assert tuple(said) == (message.id, 1)


def test_after_a_start_with_an_empty_broker_everything_is_rung_for_again(mall: Mall) -> None:
    documents = [mall.registers() for _ in range(3)]
    (message,) = collect_rings(mall.office)
    deliver(mall.office, message.hand_offs[:1])
    assert forget_rings(mall.office) == 2
    (again,) = collect_rings(mall.office)
    assert set(again.hand_offs) == {(one.id, 2) for one in documents} - {message.hand_offs[0]}
    assert forget_rings(mall.office) == 2
    mall.carries()
    assert forget_rings(mall.office) == 0
