"""The log as it leaves the office: a decision is an event, everything else only for whoever asks."""

import json
from datetime import timedelta

import pytest

from routing.actions.claim import claim
from routing.actions.import_case import import_moves, prepare_import
from routing.actions.withdraw import withdraw
from routing.domain.audit_chain import first_break
from routing.reading import log_export
from routing.reading.log_export import ExportWanted, exported_applications, size_of_export
from routing.workshop.discover import retell
from tests.domain.people_of_the_mall import IDA, OMAR, SARI
from tests.event_logs import receipts
from tests.exported_entries import export_entries
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
    monkeypatch.setattr(log_export, "_APPLICATIONS_AT_ONCE", 3)
    for _ in range(10):
        sqlite_mall.registers()
    found = [(entry.number, entry.seq) for entry in export_entries(sqlite_mall.office, everything=True)]
    assert len(found) == len(set(found)) == 20


def test_an_export_tells_of_applications_with_their_visits_and_documents(mall: Mall) -> None:
    document = mall.walks(mall.registers(), [(OMAR, "forward")])
    (told,) = exported_applications(mall.office, ExportWanted(things=True))
    assert (told.number, told.service, told.channel, told.outcome) == (document.number, SERVICE, "counter", None)
    assert [(visit.no, visit.desk, visit.desk_name, visit.decision) for visit in told.visits] == [
        (1, "loket-pendaftaran", "Loket Pendaftaran", "accept"),
        (2, "verifikasi", "Verifikasi Berkas", "forward"),
        (3, "dinas-kesehatan", "Rekomendasi Dinas Kesehatan", None),
    ]
    assert [entry.sent for entry in told.entries] == [(2,), (3,)]


def test_working_time_runs_from_the_arrival_to_the_decision_while_the_office_is_open(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    arrived = mall.clock.now
    mall.clock.advance(timedelta(days=6, hours=1))
    mall.decides(document, OMAR, "forward")
    calendar = mall.office.calendar()
    (entry,) = [one for one in export_entries(mall.office) if one.decision == "forward"]
    assert entry.minutes == int(calendar.minutes_between(arrived, mall.clock.now))
    assert 0 < entry.minutes < 6 * 24 * 60
    days = {arrived.date() + timedelta(days=n) for n in range(1, 7)}
    assert entry.working_days == sum(calendar.is_working(day) for day in days)


def test_an_application_that_has_ended_has_a_working_time_of_its_own(mall: Mall) -> None:
    mall.walks(mall.registers())
    mall.registers()
    told = exported_applications(mall.office, ExportWanted())
    going_on, ended = sorted(told, key=lambda one: one.outcome is not None)
    assert (ended.outcome is not None, ended.minutes is not None, ended.working_days is not None) == (True,) * 3
    assert (going_on.outcome, going_on.minutes, going_on.working_days) == (None, None, None)


def test_under_pseudonyms_nothing_is_left_by_which_a_name_could_be_tried_out(mall: Mall) -> None:
    mall.walks(mall.registers(), [(OMAR, "forward")])
    wanted = ExportWanted(everything=True, pseudonym=lambda code: code[::-1])
    entries = [entry for told in exported_applications(mall.office, wanted) for entry in told.entries]
    assert {entry.actor for entry in entries} == {"adi", "ramo", "auto.courier"}
    assert {(entry.said, entry.body, entry.hash) for entry in entries} == {(None, None, None)}


def test_what_was_written_after_an_export_began_is_not_told_when_it_goes_on(mall: Mall) -> None:
    one = mall.registers()
    size = size_of_export(mall.office, ExportWanted(everything=True))
    mall.clock.advance(timedelta(hours=1))
    two = mall.registers()
    told = exported_applications(mall.office, ExportWanted(everything=True, until=size.newest))
    assert [(each.number, len(each.entries)) for each in told] == [(one.number, size.entries)]
    assert [each.number for each in exported_applications(mall.office, ExportWanted(), after=one.id)] == [two.number]
