"""Object-centric event logs for the tests, read by nothing but the standard library."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from routing.domain.audit_chain import rfc3339
from tests.acceptance.event_logs import events_of

#: (activity, time, desk) of each case; and for each officer, whoever it is, all that one did
Told = tuple[dict[str, list[tuple[str, str, str]]], list[list[str]]]


def out_of_ocel(log: dict[str, Any]) -> Told:
    """What came out; nothing is related to what is not there, and nothing is there twice."""
    things = {one["id"]: one for one in log["objects"]}
    assert len(things) == len(log["objects"])
    assert {one["type"] for one in log["objects"]} <= {one["name"] for one in log["objectTypes"]}
    assert {one["type"] for one in log["events"]} <= {one["name"] for one in log["eventTypes"]}
    told = defaultdict(list)
    officers = defaultdict(list)
    for event in log["events"]:
        related = {one["qualifier"]: one["objectId"] for one in event["relationships"]}
        assert {one["objectId"] for one in event["relationships"]} <= set(things)
        case = _value_of(things[related["application"]], "case")
        told[case].append((event["type"], event["time"], _value_of(things[related["desk"]], "name")))
        officers[related["officer"]].append(f"{case} {event['type']}")
    return dict(told), sorted(map(sorted, officers.values()))


def in_the_log(path: Path) -> Told:
    """What went in."""
    told, people = {}, defaultdict(list)
    for case, events in events_of(path).items():
        told[case] = [(one.activity, rfc3339(one.at), one.desk) for one in events]
        for one in events:
            people[one.resource].append(f"{case} {one.activity}")
    return told, sorted(map(sorted, people.values()))


def _value_of(thing: dict[str, Any], name: str) -> str:
    return next(one["value"] for one in thing["attributes"] if one["name"] == name)
