"""What is written is valid XES and comes back as it was; half an export cannot be taken for a whole one."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.errors import BrokenLog
from routing.formats.event_log import LogEvent
from routing.formats.xes_reader import read_xes
from routing.formats.xes_writer import XesWriter
from tests.real_data import real_data

AT = datetime(2026, 1, 5, 1, 15, 0, 250_000, tzinfo=UTC)


def legal(text: str) -> str:
    """What XML can hold of a text, said again in other words than the writer's."""
    return "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text)


names = st.text(min_size=1, max_size=40).filter(lambda text: text.strip())
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001
keys = st.from_regex(r"[a-z][a-zA-Z0-9_.:-]{0,20}", fullmatch=True).filter(lambda key: key != "concept:name")
values = (
    st.text(max_size=60)
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | instants
)
events = st.fixed_dictionaries(
    {"activity": names, "at": instants, "resource": names},
    optional={"group": names, "role": names, "step": names, "decision": names},
)
logs = st.dictionaries(names, st.tuples(st.dictionaries(keys, values), st.lists(events)), max_size=5)


def written(cases: dict, name: str | None = None) -> bytes:
    stream = io.BytesIO()
    with XesWriter(stream, name=name) as log:
        for case, (attributes, happened) in cases.items():
            log.case(case, attributes)
            for each in happened:
                log.event(**each)
    return stream.getvalue()


def parsed(cases: dict) -> ET.Element:
    return ET.fromstring(written(cases))  # noqa: S314 - our own


def one_event(**more: object) -> dict:
    facts = {"activity": "Sign", "at": AT, "resource": "omar"} | more
    return facts_of(parsed({"SIP-1": ({}, [facts])}), "trace/event")


def facts_of(root: ET.Element, path: str) -> dict:
    return {each.get("key"): each.get("value") for each in root.findall(f"{path}/*")}


@settings(deadline=None)
@given(logs)
def test_what_is_written_is_read_again(cases):
    cases = {legal(case): content for case, content in cases.items()}

    log = read_xes(io.BytesIO(written(cases)))

    assert [case.name for case in log.cases] == list(cases)
    for case, (attributes, happened) in zip(log.cases, cases.values(), strict=True):
        expected = {key: legal(value) if isinstance(value, str) else value for key, value in attributes.items()}
        assert case.attributes == expected
        assert [type(value) for value in case.attributes.values()] == [type(value) for value in expected.values()]
        assert [as_told(each) for each in case.events] == sorted(map(as_said, happened), key=lambda said: said[1])


def as_told(event: LogEvent) -> tuple:
    return (event.activity, event.at, event.resource, event.group, event.role, event.lifecycle)


def as_said(event: dict) -> tuple:
    activity, resource = legal(event["activity"]), legal(event["resource"])
    group, role = (legal(event[key]) if key in event else None for key in ("group", "role"))
    return (activity, event["at"], resource, group, role, "complete")


def test_an_event_has_the_standards_keys_and_our_codes():
    assert one_event(group="Counter", role="clerk", step="intake", decision="accept") == {
        "concept:name": "Sign",
        "org:resource": "omar",
        "org:group": "Counter",
        "org:role": "clerk",
        "time:timestamp": "2026-01-05T01:15:00.250+00:00",
        "lifecycle:transition": "complete",
        "satuatap:step": "intake",
        "satuatap:decision": "accept",
    }
    assert list(one_event()) == [
        "concept:name",
        "org:resource",
        "time:timestamp",
        "lifecycle:transition",
    ]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 1, 5, 8, tzinfo=UTC), "2026-01-05T08:00:00.000+00:00"),
        (datetime(2026, 1, 5, 8, 0, 0, 123_456, tzinfo=UTC), "2026-01-05T08:00:00.123456+00:00"),
        (datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=7))), "2026-01-05T08:00:00.000+07:00"),
        (
            datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=7, seconds=12))),
            "2026-01-05T00:59:48.000+00:00",
        ),
        (datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=-20))), "2026-01-06T04:00:00.000+00:00"),
    ],
)
def test_times_have_milliseconds_and_an_offset_that_xml_can_say(at, text):
    assert one_event(at=at)["time:timestamp"] == text


def test_quotes_line_ends_tabs_and_emoji_come_back_and_illegal_characters_do_not():
    said = "dr. \"Ida\" <ida@mpp> & 'co'\tline 1\nline 2\r\n🏥 \x00\x1b\ud800\uffff"
    assert one_event(resource=said)["org:resource"] == said[:-4] + "\ufffd" * 4


def test_keys_take_the_form_of_the_schema_and_stay_apart():
    attributes = {"(case) Amount": 1, "_case__Amount": 2, "7 days": 3, "concept:name": 4, "é": 5, "": 6}

    assert facts_of(parsed({"SIP-1": (attributes, [])}), "trace") == {
        "concept:name": "SIP-1",
        "_case__Amount": "1",
        "_case__Amount.2": "2",
        "_7_days": "3",
        "concept:name.2": "4",
        "_": "5",
        "_.2": "6",
    }


def test_numbers_the_schema_cannot_hold_are_written_as_it_can():
    attributes = {
        "huge": 2**63,
        "inf": float("inf"),
        "minus": float("-inf"),
        "nan": float("nan"),
        "yes": True,
    }
    text = written({"SIP-1": (attributes, [])}).decode()

    assert '<string key="huge" value="9223372036854775808"/>' in text
    assert '<float key="inf" value="INF"/>' in text
    assert '<float key="minus" value="-INF"/>' in text
    assert '<float key="nan" value="NaN"/>' in text
    assert '<boolean key="yes" value="true"/>' in text


def test_a_log_has_a_name_when_it_is_given_one():
    assert read_xes(io.BytesIO(written({}, name="Mal Pelayanan Publik"))).name == "Mal Pelayanan Publik"
    assert read_xes(io.BytesIO(written({}))).name is None


def test_an_export_that_fails_half_way_is_not_closed():
    stream = io.BytesIO()

    def fail_half_way() -> None:
        with XesWriter(stream) as log:
            log.case("SIP-1")
            log.event(activity="Sign", at=AT, resource="omar")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_half_way()
    stream.seek(0)
    with pytest.raises(BrokenLog, match="the file ends in the middle of the case"):
        read_xes(stream)


@pytest.mark.parametrize("missing", ["activity", "resource", "lifecycle"])
def test_activity_resource_and_phase_are_never_empty(missing):
    with pytest.raises(ValueError, match="an event needs a"):
        one_event(**{missing: " "})


def test_an_event_stands_in_a_case_and_a_case_has_a_name():
    log = XesWriter(io.BytesIO())
    with pytest.raises(ValueError, match="needs a case"):
        log.event(activity="Sign", at=AT, resource="omar")
    with pytest.raises(ValueError, match="a case needs a concept:name"):
        log.case("")


def test_a_time_without_a_zone_is_not_written():
    with pytest.raises(ValueError, match="no time zone"):
        one_event(at=datetime(2026, 1, 5))  # noqa: DTZ001 - the mistake under test


def test_names_and_keys_of_the_log_have_no_spaces_and_its_parts_the_order_of_the_schema():
    root = parsed({"SIP-1": ({"a b": 1}, [])})

    assert root.attrib == {"xes.version": "1849.2016", "xes.features": ""}
    assert [each.get("prefix") for each in root.findall("extension")] == [
        "concept",
        "time",
        "lifecycle",
        "org",
        "satuatap",
    ]
    parts = " ".join(each.tag for each in root)
    assert re.fullmatch(r"(extension )+(global )+(classifier )+(string )+(trace ?)+", parts)
    assert all(" " not in (each.get("name") or "") + (each.get("key") or "") for each in root.iter())


@pytest.mark.parametrize("name", ["wabo-receipt.xes.gz", "running-example.xes"])
def test_a_real_log_comes_back_event_by_event(name):
    log = read_xes(real_data(f"logs/{name}"))
    cases = {case.name: (case.attributes, [dict_of(each) for each in case.events]) for case in log.cases}

    again = read_xes(io.BytesIO(written(cases)))

    assert [case.name for case in again.cases] == [case.name for case in log.cases]
    assert [case.attributes for case in again.cases] == [case.attributes for case in log.cases]
    assert [[as_told(each)[:5] for each in case.events] for case in again.cases] == [
        [as_told(each)[:5] for each in case.events] for case in log.cases
    ]


def dict_of(event: LogEvent) -> dict:
    optional = {"group": event.group, "role": event.role}
    return {"activity": event.activity, "at": event.at, "resource": event.resource} | optional
