"""Which hand-offs a relay may ring for: those nobody rings for at the moment, each until its lease ends."""

from datetime import datetime, timedelta

import pytest

from routing.actions.ring import collect_rings
from routing.actions.withdraw import withdraw
from routing.domain.hand_offs import HandOff, Ring, lease
from routing.storage.transaction import Transaction
from tests.domain.people_of_the_mall import IDA, MORNING
from tests.mall import Mall
from tests.threads import at_once, in_background


def to_ring(tx: Transaction, now: datetime = MORNING, most: int = 500) -> list[HandOff]:
    return tx.waiting_for_a_ring(now=now, most=most)[0]


def names(hand_offs: list[HandOff]) -> list[tuple[int, int]]:
    return [(one.application_id, one.no) for one in hand_offs]


def test_two_relays_never_get_the_same_hand_off_and_never_wait(postgresql_mall: Mall) -> None:
    sent = [mall_application.id for mall_application in (postgresql_mall.registers() for _ in range(10))]
    with postgresql_mall.office.transaction() as one:
        first = to_ring(one, most=4)

        def second_relay() -> list[HandOff]:
            with postgresql_mall.office.transaction() as another:
                return to_ring(another)

        second = in_background(second_relay).result()
    assert len(first) == 4
    assert sorted(names(first) + names(second)) == [(application_id, 2) for application_id in sorted(sent)]


def test_what_has_arrived_is_not_rung_for_however_late(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    with mall.office.transaction() as tx:
        assert to_ring(tx, MORNING + timedelta(days=1)) == []
    assert mall.open_visits(document)[0].has_arrived


def test_of_several_relays_at_once_one_rings_for_a_hand_off(mall: Mall) -> None:
    mall.registers()
    relays = at_once(*[lambda: collect_rings(mall.office)] * 4)
    assert sorted(len(messages) for messages in relays) == [0, 0, 0, 1]


def test_a_rung_hand_off_comes_again_when_its_lease_ends(mall: Mall) -> None:
    mall.registers()
    again = MORNING + timedelta(seconds=10)
    with mall.office.transaction() as tx:
        (hand_off,) = to_ring(tx)
        assert (hand_off.desk, hand_off.rings) == ("verifikasi", 0)
        tx.mark_rung([Ring(hand_off=hand_off, message="first", again_at=again)])
    with mall.office.transaction() as tx:
        assert to_ring(tx, again - timedelta(microseconds=1)) == []
        (hand_off,) = to_ring(tx, again)
        assert hand_off.rings == 1


def test_what_was_recalled_is_not_rung_for(mall: Mall) -> None:
    document = mall.registers()
    withdraw(mall.office, document.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))
    with mall.office.transaction() as tx:
        assert to_ring(tx) == []


def test_forgetting_the_rings_makes_all_of_them_due(mall: Mall) -> None:
    arrived = mall.registers()
    mall.carries()
    on_their_way = [mall.registers() for _ in range(3)]
    with mall.office.transaction() as tx:
        found = to_ring(tx)
        tx.mark_rung([Ring(hand_off=one, message="m", again_at=MORNING + timedelta(hours=1)) for one in found])
    with mall.office.transaction() as tx:
        assert tx.ring_all_again() == 3
        assert tx.ring_all_again() == 0
        assert sorted(names(to_ring(tx))) == sorted((one.id, 2) for one in on_their_way)
    assert mall.open_visits(arrived)[0].has_arrived


@pytest.mark.parametrize(("rings", "seconds"), [(0, 10), (1, 20), (2, 40), (3, 60), (21, 60), (100_000, 60)])
def test_a_lease_doubles_with_every_ring_up_to_a_minute(rings: int, seconds: int) -> None:
    assert lease(10.0, rings) == timedelta(seconds=seconds)
