"""Who stands in for somebody does so by a letter, for certain days, and what they decide says so."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from routing.actions.keep_accounts import DutiesCollide, assign
from routing.domain.acting import Acting, ActingTitle, check_acting, check_letter_number, check_period
from routing.domain.errors import MalformedField, NotAllowed
from routing.domain.people import ADMINISTRATOR
from routing.reading.history import history
from routing.storage.tables import assignments, audit_entries
from tests.domain.people_of_the_mall import BUDI, OMAR, SARI, WAYAN
from tests.mall import Mall

LETTER = Acting(title=ActingTitle.PLH, instrument="800/123/2026", dated=date(2026, 2, 27))
HEAD = [("head-of-office", "kepala-dinas")]
DAY = timedelta(days=1)


def stands_in(mall: Mall, *, days: int = 5) -> None:
    """Budi signs for Ratna from now on."""
    assign(mall.office, "budi", HEAD, until=mall.clock.now + days * DAY, acting=LETTER)


def to_the_head(mall: Mall):
    document = mall.walks(mall.registers(), [(OMAR, "forward"), (SARI, "recommend"), (WAYAN, "forward")])
    mall.carries()
    return document


def test_what_is_decided_by_letter_says_so_in_the_log(mall: Mall) -> None:
    document = to_the_head(mall)
    with pytest.raises(NotAllowed):
        mall.decides(document, BUDI, "sign")
    stands_in(mall)
    mall.decides(document, BUDI, "sign")
    with mall.office.reading() as connection:
        wanted = sa.select(audit_entries.c.body).where(audit_entries.c.actor == "budi")
        said = json.loads(bytes(connection.execute(wanted).scalar_one()))
    assert said["role"] == "head-of-office"
    assert {name: said[name] for name in ("acting", "instrument", "instrument_date")} == {
        "acting": "plh", "instrument": "800/123/2026", "instrument_date": "2026-02-27",
    }  # fmt: skip
    event = history(mall.office, document.id, with_notes=False).events[0]
    assert (event.acting, event.instrument) == ("plh", "800/123/2026")
    mall.carries()
    others = [one for one in history(mall.office, document.id, with_notes=False).events if one.actor != "budi"]
    assert {one.acting for one in others} == {None}


def test_the_right_ends_with_the_last_day(mall: Mall) -> None:
    document = to_the_head(mall)
    stands_in(mall)
    mall.clock.advance(5 * DAY)
    with pytest.raises(NotAllowed):
        mall.decides(document, BUDI, "sign")


def test_the_right_begins_with_the_first_day(mall: Mall) -> None:
    document = to_the_head(mall)
    assign(mall.office, "budi", HEAD, since=mall.clock.now + DAY, until=mall.clock.now + 2 * DAY)
    with pytest.raises(NotAllowed):
        mall.decides(document, BUDI, "sign")
    mall.clock.advance(DAY)
    assert mall.decides(document, BUDI, "sign").step == "check"


def test_what_is_held_already_is_not_given_twice_and_a_longer_time_is(mall: Mall) -> None:
    def held() -> int:
        with mall.office.reading() as connection:
            wanted = sa.select(sa.func.count()).where(assignments.c.role == "head-of-office")
            return int(connection.execute(wanted).scalar_one())

    before = held()
    for days in (5, 5, 3):
        stands_in(mall, days=days)
    assert held() == before + 1
    stands_in(mall, days=9)
    assign(mall.office, "budi", HEAD)
    assert held() == before + 3


def test_a_period_that_cannot_be_is_refused(sqlite_mall: Mall) -> None:
    now = sqlite_mall.clock.now
    for wrong in (
        {"acting": LETTER},
        {"since": now - 2 * DAY},
        {"until": now - DAY},
        {"since": now + 2 * DAY, "until": now + DAY},
    ):
        with pytest.raises(MalformedField):
            assign(sqlite_mall.office, "budi", HEAD, **wrong)


def test_duties_collide_on_days_to_come_too(sqlite_mall: Mall) -> None:
    now = sqlite_mall.clock.now
    assign(sqlite_mall.office, "budi", HEAD, since=now + 10 * DAY, until=now + 20 * DAY)
    with pytest.raises(DutiesCollide):
        assign(sqlite_mall.office, "agus", [("verifier", "verifikasi")], since=now + DAY, until=now + 2 * DAY)
    with pytest.raises(DutiesCollide):
        assign(sqlite_mall.office, "budi", [(ADMINISTRATOR, None)])


def test_days_are_the_offices_own_and_the_last_one_counts() -> None:
    since, until = check_period("2026-11-20", " 2026-11-30 ", UTC)
    assert since == datetime(2026, 11, 20, tzinfo=UTC)
    assert until == datetime(2026, 12, 1, tzinfo=UTC)
    assert check_period("", "", UTC) == (None, None)
    assert check_period("", "9999-12-31", UTC)[1] is not None
    for wrong in ("20-11-2026", "2026-02-30", "besok", "2026-11-20T10:00"):
        with pytest.raises(MalformedField):
            check_period(wrong, "", UTC)


def test_a_letter_is_named_whole_or_not_at_all() -> None:
    assert check_acting("", " ", "") is None
    assert check_acting("plt", "800 / 123", "2026-11-20") == Acting(
        title=ActingTitle.PLT, instrument="800 / 123", dated=date(2026, 11, 20)
    )
    for wrong in (("plh", "", "2026-11-20"), ("plh", "1", ""), ("", "1", "2026-11-20"), ("chief", "1", "2026-11-20")):
        with pytest.raises(MalformedField):
            check_acting(*wrong)
    for number in ("", "3579014107900001", "dr. Lestari; 1", "x" * 61):
        with pytest.raises(MalformedField):
            check_letter_number(number)
