"""One application goes from the counter to the hand-over, and everything about it is in the books."""

from routing.domain.workflow import Outcome
from routing.reading.chains import verify_chains
from tests.mall import Mall


def test_an_application_that_all_desks_say_yes_to_is_granted(mall: Mall) -> None:
    ended = mall.walks(mall.registers())
    assert ended.step == "granted"
    assert ended.outcome is Outcome.GRANTED
    assert mall.application(ended.number) == ended
    assert verify_chains(mall.office).breaks == ()
