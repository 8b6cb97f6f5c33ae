"""Logs as they are found in the wild become cases and events; what is refused is in test_xes_refusals."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from routing.formats.event_log import EventLog, LogCase
from routing.formats.xes_reader import read_xes
from tests.real_data import real_data

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<log>
  <trace>
    <string key="concept:name" value="SIP-1"/>
    <event>
      <string key="concept:name" value="Register"/>
      <string key="org:resource" value="Ida"/>
      <string key="org:group" value="Counter"/>
      <string key="org:role" value="clerk"/>
      <date key="time:timestamp" value="2026-01-05T08:15:00.250+07:00"/>
    </event>
    <event>
      <string key="concept:name" value="Verify"/>
      <string key="org:resource" value="Omar"/>
      <date key="time:timestamp" value="2026-01-05T09:00:00+07:00"/>
    </event>
  </trace>
</log>
"""
WIB = timezone(timedelta(hours=7))


def read(text: str | bytes) -> EventLog:
    return read_xes(io.BytesIO(text.encode() if isinstance(text, str) else text))


def only_case(inside: str) -> LogCase:
    return read(f'<log><trace><string key="concept:name" value="c"/>{inside}</trace></log>').cases[0]


def event(activity: str, at: str = "2026-01-05T08:00:00Z", more: str = "") -> str:
    return (
        f'<event><string key="concept:name" value="{activity}"/><date key="time:timestamp" value="{at}"/>{more}</event>'
    )


def phase(lifecycle: str) -> str:
    return f'<string key="lifecycle:transition" value="{lifecycle}"/>'


def activities(case: LogCase) -> list[str]:
    return [each.activity for each in case.events]


def test_an_event_tells_what_when_who_where_and_in_which_role():
    (case,) = read(PLAIN).cases
    first, second = case.events

    assert (case.name, case.line) == ("SIP-1", 3)
    assert (first.activity, first.resource, first.group, first.role) == (
        "Register",
        "Ida",
        "Counter",
        "clerk",
    )
    assert first.at == datetime(2026, 1, 5, 8, 15, 0, 250_000, tzinfo=WIB)
    assert first.line == 5
    assert (second.resource, second.group, second.role, second.lifecycle) == ("Omar", None, None, None)


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(gzip.compress(PLAIN.encode()), id="gzip under any name"),
        pytest.param(gzip.compress(PLAIN.encode()[:200]) + gzip.compress(PLAIN.encode()[200:]), id="gzip in two"),
        pytest.param(b"\xef\xbb\xbf" + PLAIN.encode(), id="byte order mark"),
        pytest.param(gzip.compress(b"\xef\xbb\xbf" + PLAIN.encode()), id="byte order mark in gzip"),
        pytest.param(PLAIN.replace("UTF-8", "UTF-16").encode("utf-16"), id="UTF-16"),
        pytest.param(PLAIN.replace("UTF-8", "UTF-16").encode("utf-16-be"), id="UTF-16 without a mark"),
        pytest.param(PLAIN.replace("UTF-8", "windows-1252").encode("cp1252"), id="windows-1252"),
        pytest.param(PLAIN.replace("<log>", '<log xmlns="http://www.xes-standard.org/">').encode(), id="namespace"),
        pytest.param(
            PLAIN.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?").encode(),
            id="a prefix declared nowhere",
        ),
        pytest.param(PLAIN.replace("\n", "\r\n").encode(), id="Windows line ends"),
    ],
)
def test_wrapping_and_encoding_change_nothing(packed):
    assert read(packed).cases == read(PLAIN).cases


def test_a_file_is_read_by_its_path_as_text_or_as_path(tmp_path):
    path = tmp_path / "log of the year.dat"
    path.write_bytes(gzip.compress(PLAIN.encode()))

    assert read_xes(path) == read_xes(str(path)) == read(PLAIN)


def test_a_stream_stays_open():
    stream = io.BytesIO(PLAIN.encode())
    read_xes(stream)
    assert not stream.closed


def test_time_ties_keep_the_order_of_the_file():
    names = [f"step {number:02}" for number in range(30, 0, -1)]
    assert activities(only_case("".join(event(name) for name in names))) == names


def test_events_out_of_order_are_put_in_order_of_time():
    late, tie_1, tie_2, early = (
        event("late", "2026-01-05T10:00:00+07:00"),
        event("tie 1", "2026-01-05T09:00:00+07:00"),
        event("tie 2", "2026-01-05T02:00:00Z"),
        event("early", "2026-01-05T01:59:59Z"),
    )
    assert activities(only_case(late + tie_1 + tie_2 + early)) == ["early", "tie 1", "tie 2", "late"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T08:00:00", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05T08:00:00Z", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05t08:00:00z", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05T08:00:00+07:00", datetime(2026, 1, 5, 1, tzinfo=UTC)),
        ("2026-01-05T08:00:00-0330", datetime(2026, 1, 5, 11, 30, tzinfo=UTC)),
        ("2026-01-05T08:00:00.1Z", datetime(2026, 1, 5, 8, 0, 0, 100_000, tzinfo=UTC)),
        ("2026-01-05T08:00:00.12Z", datetime(2026, 1, 5, 8, 0, 0, 120_000, tzinfo=UTC)),
        ("2026-01-05T08:00:00.123456+00:00", datetime(2026, 1, 5, 8, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-01-05T08:00:00.123456789Z", datetime(2026, 1, 5, 8, 0, 0, 123_456, tzinfo=UTC)),
        (" 2026-01-05 08:00:00 ", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_written_and_as_utc_where_they_do_not_say(text, expected):
    assert only_case(event("Register", text)).events[0].at == expected


def test_only_the_completion_of_an_activity_is_an_event():
    case = event("Verify", more=phase("start")) + event("Verify", more=phase("Complete")) + event("Sign")
    log = read(f"<log><trace>{case}</trace></log>")

    assert [(each.activity, each.lifecycle) for each in log.cases[0].events] == [
        ("Verify", "Complete"),
        ("Sign", None),
    ]
    assert log.skipped == 1


def test_where_nothing_is_ever_complete_every_event_counts():
    log = read(f"<log><trace>{event('Verify', more=phase('start'))}{event('Sign', more=phase('done'))}</trace></log>")

    assert activities(log.cases[0]) == ["Verify", "Sign"]
    assert log.skipped == 0


def test_a_case_without_a_name_is_called_by_its_place_and_one_without_events_is_kept():
    log = read(f'<log><trace/><trace><string key="concept:name" value=" "/>{event("Sign")}</trace></log>')

    assert [(case.name, len(case.events)) for case in log.cases] == [("trace 1", 0), ("trace 2", 1)]


def test_a_log_without_cases_is_a_log():
    assert read("<log/>") == EventLog(cases=())


def test_blank_names_are_missing_names_and_others_are_kept_verbatim():
    first, second = only_case(
        event("Verify&#10;again ", more='<string key="org:resource" value=" "/>')
        + event("Sign", more='<string key="org:resource" value=" drg. Omar "/>')
    ).events

    assert (first.activity, first.resource) == ("Verify\nagain ", None)
    assert second.resource == " drg. Omar "


def test_facts_of_a_case_have_their_types_and_broken_ones_stay_text():
    case = only_case(
        '<int key="floors" value="3"/><int key="many" value="lots"/>'
        '<int key="huge" value="9999999999999999999"/>'
        '<float key="fee" value="1.5e3"/><float key="nothing" value="NaN"/><float key="bad" value="1_0"/>'
        '<boolean key="urgent" value="TRUE"/><boolean key="maybe" value="perhaps"/>'
        '<date key="deadline" value="2026-02-01T00:00:00+07:00"/><date key="someday" value="soon"/>'
        '<id key="ref" value="7c1"/><string key="note" value="a &lt; b"/>'
    )
    assert case.attributes == {
        "floors": 3,
        "many": "lots",
        "huge": "9999999999999999999",
        "fee": 1500.0,
        "nothing": "NaN",
        "bad": "1_0",
        "urgent": True,
        "maybe": "perhaps",
        "deadline": datetime(2026, 1, 31, 17, tzinfo=UTC),
        "someday": "soon",
        "ref": "7c1",
        "note": "a < b",
    }


def test_unknown_nested_and_valueless_parts_are_passed_over():
    case = only_case(
        '<string key="kept" value="yes"><string key="concept:name" value="not the name"/></string>'
        '<list key="parts"><values><string key="a" value="b"/></values></list><string key="no value"/>'
        f'<string value="no key"/><novelty/>{event("Sign", more=NESTED)}'
    )
    assert (case.name, case.attributes) == ("c", {"kept": "yes"})
    assert activities(case) == ["Sign"]


NESTED = '<string key="x" value="y"><string key="concept:name" value="z"><event/></string></string><list key="l"/>'


def test_the_log_has_a_name_and_events_outside_cases_are_counted():
    log = read(
        f'<log><string key="concept:name" value="2026"/><global scope="event">{PLAIN_GLOBAL}</global>'
        f"{event('stray')}</log>"
    )

    assert (log.name, log.cases, log.skipped) == ("2026", (), 1)


PLAIN_GLOBAL = '<string key="concept:name" value="UNKNOWN"/>'


@pytest.mark.parametrize(
    ("name", "cases", "events"),
    [
        ("wabo-receipt.xes.gz", 1_434, 8_577),
        ("BPIC15_1.xes.gz", 1_199, 52_217),
        ("DomesticDeclarations.xes.gz", 10_357, 55_628),
        ("running-example.xes", 6, 42),
    ],
)
def test_real_logs_are_read_whole(name, cases, events):
    log = read_xes(real_data(f"logs/{name}"))

    assert (len(log.cases), sum(len(case.events) for case in log.cases), log.skipped) == (cases, events, 0)
    assert all(before.at <= after.at for case in log.cases for before, after in pairwise(case.events))
