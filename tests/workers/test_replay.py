"""A log walks through the engine once: however often it is begun, stopped and begun again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from routing.actions.deliver import deliver
from routing.actions.import_case import import_moves
from routing.actions.ring import collect_rings
from routing.domain.decision import Decision
from routing.domain.errors import AlreadyThere, OtherLog
from routing.domain.imported_log import ImportedMove, Retelling
from routing.domain.state_machine import RuleBook
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.workshop.discover import retell
from tests.event_logs import CHECK, DECIDE, RECEIVE, Told, case, events_of, log_of, receipts
from tests.exported_entries import export_entries
from tests.mall import Mall
from tests.row_counts import row_counts
from workers import replay as replay_module
from workers.embedded import courier
from workers.replay import NothingArrives, Walked, replay

LOG = receipts()
RETELLING = retell(LOG, service="receipt")


def walk(office: Office, retelling: Retelling = RETELLING) -> Walked:
    with courier(office):
        return replay(office, retelling, progress=lambda _: None)


def assert_is_the_log(office: Office) -> None:
    """Event by event: exactly one entry a move, in the order of the case, with its own words, times and people."""
    left = {
        name: [(one.activity, one.resource or "UNKNOWN", one.group or "UNKNOWN", one.at) for one in events]
        for name, events in events_of(LOG).items()
    }
    found: dict[str, list[tuple[object, ...]]] = {name: [] for name in left}
    for entry in export_entries(office, service="receipt"):
        found[entry.case].append((entry.activity, entry.actor, entry.desk_name, entry.at))
    assert found == left
    assert verify_chains(office).breaks == ()


def test_every_event_of_the_log_is_one_entry(live_office: Office) -> None:
    walked = walk(live_office)
    assert (walked.cases, walked.moves, walked.skipped, walked.refusals) == (6, 21, 0, [])
    assert_is_the_log(live_office)
    # Every event but those that ended a case sent its document on its way.
    assert len(walked.hand_off_seconds) == 16
    assert 0 < walked.hand_off_milliseconds(0.5) <= walked.hand_off_milliseconds(0.99)


def test_a_second_run_finds_everything_in(live_office: Office) -> None:
    walk(live_office)
    before = row_counts(live_office.database)
    again = walk(live_office)
    assert (again.cases, again.moves, again.skipped) == (0, 0, 6)
    assert row_counts(live_office.database) == before


def test_a_run_that_is_stopped_at_every_step_is_taken_up_again(
    live_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_module, "_PATIENCE_SECONDS", 0.0)
    runs = moves = 0
    while True:
        runs += 1
        assert runs < 20
        try:
            # Nobody carries: what is ready is written, then the run ends.
            walked = replay(live_office, RETELLING, progress=lambda _: None)
        except NothingArrives:
            before = moves
            moves = sum(1 for _ in export_entries(live_office, service="receipt"))
            assert moves > before
        else:
            break
        for message in collect_rings(live_office):
            deliver(live_office, message.hand_offs)
    assert walked.cases + walked.skipped == 6
    assert runs > 4
    assert_is_the_log(live_office)


def test_a_run_that_was_stopped_is_finished_by_a_courier(live_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(replay_module, "_PATIENCE_SECONDS", 0.0)
        with pytest.raises(NothingArrives, match="satuatap worker"):
            replay(live_office, RETELLING, progress=lambda _: None)
    walked = walk(live_office)
    # The case of a single event was finished by the first run.
    assert (walked.cases, walked.skipped, walked.moves) == (5, 1, 21 - 6)
    assert_is_the_log(live_office)


def test_a_move_that_is_refused_is_counted_and_ends_its_case_alone(live_office: Office) -> None:
    first, second, *others = RETELLING.cases
    wrong = replace(first.moves[1], said=Decision(decision="to-nowhere"))
    spoilt = replace(first, moves=(first.moves[0], wrong, *first.moves[2:]))
    walked = walk(live_office, replace(RETELLING, cases=(spoilt, second, *others)))
    ((name, sentence),) = walked.refusals
    assert name == "case-1"
    assert "to-nowhere" in sentence
    assert (walked.cases, walked.moves) == (5, 21 - 3)
    assert verify_chains(live_office).breaks == ()
    # The rest of the case is told by a later run with a better log.
    again = walk(live_office)
    assert (again.cases, again.moves, again.skipped, again.refusals) == (1, 3, 5, [])
    assert_is_the_log(live_office)


def test_a_longer_log_of_the_same_office_brings_what_is_new(live_office: Office) -> None:
    walk(live_office)
    new: Told = ("Survei", "Resource09", "Lapangan")
    longer = retell(log_of(*LOG.cases, case("case-7", RECEIVE, new, CHECK, DECIDE, starts=90)), service="receipt")
    walked = walk(live_office, longer)
    assert (walked.cases, walked.moves, walked.skipped, walked.refusals) == (1, 4, 6, [])


def test_the_moves_of_different_cases_are_written_in_the_order_of_the_log(live_office: Office) -> None:
    """First moves of cases that begin one after the other: their numbers rise with the log's time."""
    walk(live_office)
    firsts = {
        entry.case: entry.number
        for entry in export_entries(live_office, service="receipt", everything=True)
        if entry.seq == 1
    }
    in_time = sorted(LOG.cases, key=lambda one: one.events[0].at)
    numbers = [firsts[one.name] for one in in_time]
    assert numbers == sorted(numbers)


def test_a_service_of_the_office_is_not_replaced_by_a_log(live_mall: Mall) -> None:
    before = row_counts(live_mall.office.database)
    with pytest.raises(AlreadyThere, match="sip-dokter"):
        walk(live_mall.office, retell(LOG, service="sip-dokter"))
    assert row_counts(live_mall.office.database) == before


def test_another_log_under_the_same_name_is_refused_and_changes_nothing(live_office: Office) -> None:
    walk(live_office)
    before = row_counts(live_office.database)
    other = retell(log_of(case("case-1", ("Daftar", "Somebody", "Elsewhere"), CHECK)), service="receipt")
    with pytest.raises(OtherLog, match="case-1"):
        walk(live_office, other)
    assert row_counts(live_office.database) == before


def test_somebody_with_two_roles_acts_in_the_one_the_log_says(live_office: Office) -> None:
    log = log_of(case("a", RECEIVE, RECEIVE), case("b", RECEIVE, RECEIVE))
    roles = ("Verifikator", "Pendamping")
    cases = tuple(
        replace(one, events=tuple(replace(event, role=roles[place]) for place, event in enumerate(one.events)))
        for one in log.cases
    )
    walk(live_office, retell(replace(log, cases=cases), service="receipt"))
    assert [entry.role for entry in export_entries(live_office, service="receipt")] == [*roles, *roles]


def test_no_case_begins_before_an_earlier_move_that_is_ready(
    live_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few documents may be on their way at once, a later move does not overtake an earlier beginning."""
    monkeypatch.setattr(replay_module, "_MOST_ON_THEIR_WAY", 2)
    log = log_of(*(case(f"case-{number:02}", RECEIVE, CHECK, DECIDE, starts=number) for number in range(12)))
    written: list[tuple[str, datetime]] = []

    def watched(office: Office, book: RuleBook, batch: Sequence[ImportedMove], **named: Any) -> Any:
        written.extend((one.case, one.at) for one in batch)
        return import_moves(office, book, batch, **named)

    monkeypatch.setattr(replay_module, "import_moves", watched)
    walk(live_office, retell(log, service="receipt"))
    begun = [at for place, (name, at) in enumerate(written) if name not in {one for one, _ in written[:place]}]
    assert begun == sorted(begun)
    for place, (_, at) in enumerate(written):
        overtaken = [one for one in begun if one < at and one not in {earlier for _, earlier in written[:place]}]
        assert not overtaken
