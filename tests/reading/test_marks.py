"""The auditor's marks in pages, newest first."""

from datetime import timedelta

import pytest

from routing.domain.errors import MalformedField
from routing.domain.marks import Mark
from routing.reading.marks import MarkFilter, mark_named, mark_place_in, mark_place_text, marks_page
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall


def test_marks_are_paged_newest_first_and_none_is_lost(mall: Mall) -> None:
    registered = [mall.registers() for _ in range(3)]
    mall.carries()
    mall.clock.advance(timedelta(days=12))
    for application in registered:
        mall.decides(application, OMAR, "return", reason="KTP kabur", requirements=("id-card",))
        mall.clock.advance(timedelta(minutes=1))
    for wanted in (MarkFilter(), MarkFilter(mark=Mark.LATE_RETURN, service="sip-dokter")):
        seen: list[str] = []
        behind = None
        while True:
            page = marks_page(mall.office, wanted, behind, 1)
            seen += [row.number for row in page.rows if row.mark is Mark.LATE_RETURN]
            if page.next is None:
                break
            behind = mark_place_in(mark_place_text(page.next) or "")
        assert seen == [application.number for application in reversed(registered)]
    assert marks_page(mall.office, MarkFilter(service="nib")).rows == ()


@pytest.mark.parametrize("said", ["", "x/y", "2026-01-01T00:00:00+00:00/1/1/nothing", "2026-01-01/1/1/restart"])
def test_a_place_nobody_gave_out_begins_at_the_newest(said: str) -> None:
    assert mark_place_in(said) is None


def test_a_mark_nobody_sets_is_refused_with_those_there_are() -> None:
    assert mark_named("deemed") == "deemed"
    with pytest.raises(MalformedField, match="late-return, late-pause"):
        mark_named("lateness")
