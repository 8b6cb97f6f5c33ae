"""However seldom the clock looks, and whoever decides in between: the same is told, marked and done, each once."""

from datetime import datetime

from hypothesis import given, settings

from routing.domain.marks import Mark
from tests.domain.people_of_the_mall import Walk
from tests.domain.route_of_times import BROKEN, DEEMED
from tests.domain.steady_clock import Happening, happenings, walked


def keys(walk: Walk) -> list[tuple[str, str, datetime, str]]:
    return sorted((one.about, one.level, one.due, one.addressee) for one in walk.notices)


@settings(max_examples=25, deadline=None)
@given(script=happenings())
def test_what_is_told_and_done_does_not_depend_on_when_the_clock_looks(script: list[Happening]) -> None:
    steady, once = walked(script, steadily=True, legal_limit=BROKEN)
    seldom, again = walked(script, steadily=False, legal_limit=BROKEN)
    assert keys(seldom) == keys(steady)
    assert len(keys(steady)) == len(set(keys(steady)))
    assert (seldom.application.step, seldom.marks, again) == (steady.application.step, steady.marks, once)


@settings(max_examples=25, deadline=None)
@given(script=happenings())
def test_what_the_law_deems_does_not_depend_on_it_either(script: list[Happening]) -> None:
    steady, once = walked(script, steadily=True, legal_limit=DEEMED)
    seldom, again = walked(script, steadily=False, legal_limit=DEEMED)
    of_the_law = [[one for one in keys(walk) if one[0] == "legal"] for walk in (seldom, steady)]
    assert of_the_law[0] == of_the_law[1]
    assert len(keys(seldom)) == len(set(keys(seldom)))
    stands = [(walk.application.step, walk.application.deemed_at) for walk in (seldom, steady)]
    assert stands[0] == stands[1]
    assert (seldom.marks.count(Mark.DEEMED), again) == (steady.marks.count(Mark.DEEMED), once)
