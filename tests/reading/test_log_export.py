"""The log as it leaves the office: a decision is an event, everything else only for whoever asks."""

import json
from datetime import timedelta

import pytest

from routing.actions.claim import claim
from routing.actions.import_case import import_moves, prepare_import
from routing.actions.withdraw import withdraw
from routing.domain.audit_chain import first_break
from routing.reading import log_export
from routing.reading.log_export import export_entries
from routing.workshop.discover import retell
from tests.domain.people_of_the_mall import IDA, OMAR, SARI
from tests.event_logs import receipts
from tests.mall import SERVICE, Mall


def test_decisions_alone_are_events_in_the_order_of_their_chain(mall: Mall) -> None:
    one, two = mall.registers(), mall.registers()
    mall.carries()
    claim(mall.office, one.number, visit=2, person_id=mall.id_of(OMAR))
    mall.clock.advance(timedelta(hours=1, milliseconds=7))
    mall.decides(one, OMAR, "forward")
    withdraw(mall.office, two.number, desk="loket-pendaftaran", reason="Pindah", person_id=mall.id_of(IDA))
    events = list(export_entries(mall.office))
    of_one = [event for event in events if event.number == one.number]
    assert [(event.kind, event.step, event.decision) for event in of_one] == [
        ("decided", "register", "accept"),
        ("decided", "verify", "forward"),
    ]
    assert [(event.actor, event.role, event.desk) for event in of_one] == [
        ("ida", "front-desk", "loket-pendaftaran"),
        ("omar", "verifier", "verifikasi"),
    ]
    assert of_one[1].at == mall.clock.now
    assert of_one[1].activity == "Verifikasi berkas"
    assert of_one[1].desk_name == "Verifikasi Berkas"
    assert of_one[1].case == one.number
    assert [(event.kind, event.decision) for event in events if event.number == two.number] == [
        ("decided", "accept"),
        ("withdrawn", "withdraw"),
    ]
    assert [event.number for event in events] == [
        document.number for document in sorted((one, two), key=lambda document: document.id) for _ in range(2)
    ]


def test_everything_is_every_entry_with_its_bytes(mall: Mall) -> None:
    document = mall.walks(mall.registers(), [(OMAR, "forward"), (SARI, "recommend")])
    entries = list(export_entries(mall.office, everything=True))
    assert [entry.seq for entry in entries] == list(range(1, document.entry_count + 1))
    assert [entry.kind for entry in entries] == ["submitted", "decided", "arrived", "decided", "arrived", "decided"]
    assert first_break((entry.seq, entry.body, entry.hash) for entry in entries) is None
    assert all(json.loads(entry.body) == entry.said for entry in entries)
    assert all(entry.actor for entry in entries)


def test_one_service_can_be_asked_for_alone(mall: Mall) -> None:
    mall.registers()
    tell_first_moves(mall)
    assert {entry.service for entry in export_entries(mall.office)} == {SERVICE, "receipt"}
    assert {entry.service for entry in export_entries(mall.office, service="receipt")} == {"receipt"}
    assert list(export_entries(mall.office, service="another")) == []


def tell_first_moves(mall: Mall) -> None:
    retelling = retell(receipts(), service="receipt")
    people = prepare_import(mall.office, retelling.cast).people
    book = mall.office.rule_book(retelling.cast.workflow.content_hash).counted_by(mall.office.calendar())
    import_moves(mall.office, book, [one.moves[0] for one in retelling.cases], numbers={}, people=people)


def test_an_imported_case_leaves_with_the_words_of_its_log(mall: Mall) -> None:
    tell_first_moves(mall)
    events = {event.case: event for event in export_entries(mall.office)}
    for told in receipts().cases:
        event, first = events[told.name], told.events[0]
        assert (event.activity, event.at) == (first.activity, first.at)
        assert event.desk_name == (first.group or "UNKNOWN")
        assert event.actor == (first.resource or "UNKNOWN")
        assert dict(event.facts) == dict(told.attributes)


def test_more_entries_than_are_read_at_once_all_leave(sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_export, "_ROWS_AT_ONCE", 7)
    for _ in range(10):
        sqlite_mall.registers()
    found = [(entry.number, entry.seq) for entry in export_entries(sqlite_mall.office, everything=True)]
    assert len(found) == len(set(found)) == 20
