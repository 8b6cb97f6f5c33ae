"""An entry that is kept from the sequencer is named, and an honest log is left in peace."""

from datetime import timedelta

from routing.actions.seal import seal
from routing.domain.sealing import Progress
from routing.reading.passed_over import PassedOver, passed_over
from tests.clock import Clock
from tests.mall import Mall


def test_an_entry_without_a_leaf_is_told_once_much_later_ones_are_sealed(mall: Mall, clock: Clock) -> None:
    seal(mall.office)
    kept_back = mall.registers()
    with mall.office.transaction() as tx:
        tx.sealed_log.keep_progress(Progress(tx.sealed_log.over(), mall.office.now()))
    clock.advance(timedelta(minutes=9))
    mall.registers()
    assert seal(mall.office).seal is not None
    assert passed_over(mall.office) == ()
    clock.advance(timedelta(minutes=9))
    mall.registers()
    assert seal(mall.office).seal is not None
    assert passed_over(mall.office) == tuple(PassedOver(number=kept_back.number, seq=seq) for seq in (1, 2))
    clock.advance(timedelta(minutes=50))
    seal(mall.office)
    assert passed_over(mall.office) == ()


def test_while_nothing_is_sealed_nothing_is_passed_over(mall: Mall, clock: Clock) -> None:
    mall.registers()
    assert passed_over(mall.office) == ()
    seal(mall.office)
    mall.registers()
    clock.advance(timedelta(days=3))
    mall.registers()
    assert passed_over(mall.office) == ()
