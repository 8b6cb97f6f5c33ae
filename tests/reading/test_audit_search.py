"""The log is found by everything it can be asked for, counted as it is, and walked through without loss."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from routing.actions.grant_pause import PauseGrant, grant_pause
from routing.actions.index_entries import build_anew, catch_up, index_entries
from routing.domain.audit_chain import said_in
from routing.domain.errors import Refusal
from routing.domain.people import MANAGER
from routing.office import Office
from routing.reading.audit_facets import FACETS, count_facets
from routing.reading.audit_search import LogFilter, SearchTooWide, search_log
from routing.storage.query_times import server_times
from routing.storage.tables import applications, audit_entries, desks, entry_index
from tests.domain.people_of_the_mall import OMAR, person
from tests.mall import EVERYBODY, Mall
from workers.bench.many_entries import fill
from workers.bench.searching import questions

HARI = person("hari", MANAGER, None)
#: An entry as a plain reading of the log finds it: its place, and each thing it can be found by.
Naive = tuple[tuple, dict[str, set[str]]]


def _busy(mall: Mall, seed: int, moves: int = 40) -> None:
    """Documents walk at random, several at one and the same moment."""
    chance = random.Random(seed)
    open_ones = [mall.registers() for _ in range(3)]
    book = mall.office.book_in_force("izin-reklame").workflow
    intake = next(iter(book.steps[book.intake[0]].decisions))
    papers = tuple(book.requirements)
    open_ones += [
        mall.registers(service="izin-reklame", papers=papers, decision=intake, channel="online") for _ in range(2)
    ]
    # A reason that is not chosen from a list: why the time stands still.
    grant = PauseGrant(pause="force-majeure", reason="Banjir di Batu", instrument="360/7/2026")
    grant_pause(mall.office, open_ones[0].number, grant, person_id=mall.hires(HARI))
    for _ in range(moves):
        mall.clock.advance(timedelta(minutes=chance.choice((0, 0, 1, 300))))
        mall.carries()
        application = chance.choice(open_ones)
        for visit in mall.open_visits(application):
            step = mall.office.rule_book(application.workflow).workflow.steps[visit.step]
            by = next((one for one in EVERYBODY if any(held.desk == visit.desk for held in one.assignments)), None)
            if by is None or not step.decisions:
                continue
            rule_code = chance.choice(sorted(step.decisions))
            named = ("id-card",) if step.decisions[rule_code].names_requirements else ()
            try:
                mall.decides(application, by, rule_code, visit=visit.no, reason="kabur", requirements=named)
            except Refusal:
                continue
            break


def _naive(office: Office) -> list[Naive]:
    """The whole log, newest first, read from the entries and nothing else."""
    with office.reading() as connection:
        units = dict(map(tuple, connection.execute(sa.select(desks.c.code, desks.c.unit)).all()))
        rows = connection.execute(
            sa.select(audit_entries, applications.c.service, applications.c.channel, applications.c.number,
                      applications.c.workflow)
            .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
        ).all()  # fmt: skip
    found = []
    for row in rows:
        said = said_in(bytes(row.body)) or {}
        ends = office.rule_book(row.workflow).workflow.ends
        outcome = ends[said["to"]].outcome.value if said.get("to") in ends else None
        one = {name: getattr(row, name) for name in ("service", "channel", "kind", "desk", "actor", "number")}
        one |= {"unit": units.get(row.desk), "decision": said.get("decision"), "outcome": outcome}
        values = {name: {value} for name, value in one.items() if value is not None}
        values["reason"] = set(said.get("reasons") or ()) | ({said["pause"]} if "pause" in said else set())
        found.append(((row.at, row.application_id, row.seq), values))
    return sorted(found, key=lambda one: one[0], reverse=True)


def _places(office: Office, wanted: LogFilter, most: int = 7) -> list[tuple]:
    """The whole answer, page by page."""
    places: list[tuple] = []
    cursor = ""
    while True:
        page = search_log(office, wanted, cursor, most)
        places += [(one.at, one.application_id, one.seq) for one in page.events]
        if page.next is None:
            return places
        assert len(page.events) == most
        cursor = page.next


def _fits(values: dict[str, set[str]], asked: dict[str, str]) -> bool:
    return all(value in values.get(name, ()) for name, value in asked.items())


@pytest.mark.parametrize("seed", [1, 2])
def test_every_filter_alone_and_combined_finds_what_a_plain_reading_finds(mall: Mall, seed: int) -> None:
    _busy(mall, seed)
    catch_up(mall.office)
    log = _naive(mall.office)
    chance = random.Random(seed)
    known = sorted({(name, value) for _, values in log for name, ones in values.items() for value in ones})
    assert {name for name, _ in known} >= {*FACETS, "number"}
    asked: list[dict[str, Any]] = [dict([one]) for one in known]
    for _ in range(25):
        _, values = chance.choice(log)
        there = [(name, next(iter(ones))) for name, ones in values.items() if ones]
        asked.append(dict(chance.sample(there, chance.randint(2, min(4, len(there))))))
    asked += [{"actor": "nobody"}, {"number": "NONE-1"}, {}]
    for one in asked:
        wanted = [place for place, values in log if _fits(values, one)]
        assert _places(mall.office, LogFilter(**one)) == wanted, one


def test_a_time_is_from_its_first_moment_until_before_its_last(mall: Mall) -> None:
    _busy(mall, 3)
    catch_up(mall.office)
    log = _naive(mall.office)
    since, until = log[-1 - len(log) // 3][0][0], log[len(log) // 3][0][0]
    narrowed: tuple[dict[str, Any], ...] = ({}, {"kind": "decided"})
    for one in narrowed:
        wanted = [place for place, values in log if since <= place[0] < until and _fits(values, one)]
        assert _places(mall.office, LogFilter(since=since, until=until, **one)) == wanted


@pytest.mark.parametrize("asked", [{}, {"service": "sip-dokter"}, {"kind": "decided", "channel": "counter"}])
def test_facets_count_what_was_found(mall: Mall, asked: dict[str, Any]) -> None:
    _busy(mall, 4)
    catch_up(mall.office)
    found = [values for _, values in _naive(mall.office) if _fits(values, asked)]
    facets = count_facets(mall.office, LogFilter(**asked))
    assert facets is not None
    assert (facets.count, facets.is_more) == (len(found), False)
    for name in FACETS:
        counted = Counter(value for values in found for value in values.get(name, ()))
        assert dict(facets.values[name]) == counted, name


def test_of_too_many_only_the_newest_are_counted_and_that_is_said(mall: Mall) -> None:
    _busy(mall, 5, moves=10)
    catch_up(mall.office)
    newest = [values for _, values in _naive(mall.office)][:10]
    facets = count_facets(mall.office, LogFilter(), most=10)
    assert facets is not None
    assert (facets.count, facets.is_more) == (10, True)
    assert dict(facets.values["kind"]) == Counter(kind for values in newest for kind in values["kind"])


def test_entries_of_one_moment_are_on_one_page_each(mall: Mall) -> None:
    for _ in range(4):
        mall.registers()
    catch_up(mall.office)
    log = [place for place, _ in _naive(mall.office)]
    assert len({at for at, _, _ in log}) == 1
    for most in (1, 2, 3):
        assert _places(mall.office, LogFilter(), most) == log
        assert _places(mall.office, LogFilter(kind="decided", desk="loket-pendaftaran"), most) == [
            place for place, values in _naive(mall.office) if values["kind"] == {"decided"}
        ]


def test_whoever_asks_finds_what_was_written_a_moment_ago(mall: Mall) -> None:
    mall.registers()
    assert catch_up(mall.office).complete_at == mall.clock()
    first = len(_places(mall.office, LogFilter()))
    mall.clock.advance(timedelta(seconds=1))
    mall.carries()
    assert len(_places(mall.office, LogFilter())) == first, "nothing follows the log by itself"
    assert catch_up(mall.office).complete_at == mall.clock()
    assert len(_places(mall.office, LogFilter())) == first + 1


def test_what_was_there_before_the_index_is_found_once_it_has_been_looked_through(mall: Mall) -> None:
    _busy(mall, 6, moves=5)
    index_entries(mall.office)
    log = _naive(mall.office)
    # As after an upgrade: some of it is missing, and no number of a transaction tells which.
    with mall.office.database.writing() as connection:
        connection.execute(sa.delete(entry_index).where(entry_index.c.seq == 2))
    assert len(_places(mall.office, LogFilter())) < len(log)
    mall.clock.advance(timedelta(days=1))
    assert index_entries(mall.office) > 0
    assert _places(mall.office, LogFilter()) == [place for place, _ in log]
    assert index_entries(mall.office) == 0


def test_an_index_that_is_being_built_says_so(mall: Mall) -> None:
    mall.registers()
    index_entries(mall.office)
    with mall.office.transaction() as tx:
        # The first look through all entries has not come to its end yet.
        state = tx.entry_index.state()
        tx.entry_index.keep(type(state)(mark=state.mark))
    assert catch_up(mall.office).complete_at is None
    index_entries(mall.office)
    assert catch_up(mall.office).complete_at == mall.clock()


def test_a_restored_database_is_looked_through_again(mall: Mall) -> None:
    mall.registers()
    index_entries(mall.office)
    with mall.office.transaction() as tx:
        state = tx.entry_index.state()
        tx.entry_index.keep(type(state)(mark=2**40, swept_at=state.swept_at, complete_at=state.complete_at))
    mall.carries()
    assert catch_up(mall.office).complete_at is None
    index_entries(mall.office)
    assert _places(mall.office, LogFilter()) == [place for place, _ in _naive(mall.office)]


def test_an_index_built_anew_says_the_same(mall: Mall) -> None:
    _busy(mall, 7, moves=10)
    index_entries(mall.office)
    with mall.office.reading() as connection:
        before = connection.execute(sa.select(entry_index).order_by(*entry_index.primary_key)).all()
    assert build_anew(mall.office) == len(before)
    with mall.office.reading() as connection:
        assert connection.execute(sa.select(entry_index).order_by(*entry_index.primary_key)).all() == before


def test_while_another_indexes_nobody_waits(postgresql_mall: Mall) -> None:
    postgresql_mall.registers()
    with postgresql_mall.office.transaction() as tx:
        assert tx.entry_index.take_lead()
        assert index_entries(postgresql_mall.office) == 0
    assert index_entries(postgresql_mall.office) == 2


def test_what_takes_too_long_is_cut_off_and_said(postgresql_mall: Mall) -> None:
    postgresql_mall.registers()
    office = Office(postgresql_mall.office.settings.model_copy(update={"search_milliseconds": 1}))
    with postgresql_mall.office.database.writing() as connection:
        # Whoever asks now waits, longer than anybody has patience for.
        connection.execute(sa.text("LOCK TABLE entry_index IN ACCESS EXCLUSIVE MODE"))
        assert count_facets(office, LogFilter()) is None
        with pytest.raises(SearchTooWide, match="Narrow the time"):
            search_log(office, LogFilter(actor=OMAR.code))
    office.close()


def test_no_question_reads_the_log_from_end_to_end(postgresql_office: Office) -> None:
    fill(postgresql_office, 20_000, lambda _: None)
    along: dict[str, set[str]] = {}
    for name, ask in questions(postgresql_office):
        for one in server_times(postgresql_office.database, ask):
            assert not {"audit_entries", "applications", "entry_reasons"} & set(one.tables_read_whole), (name, one)
            along.setdefault(name, set()).update(one.indexes)
    for name in ("service", "unit", "desk", "actor", "kind", "decision", "outcome", "channel"):
        asked = [
            one for one in along if one.startswith(f"page: {name}") and "and" not in one and ", frequent" not in one
        ]
        assert asked, name
        assert any(f"ix_entry_index_{name}" in along[one] for one in asked), (name, along)
