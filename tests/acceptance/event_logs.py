"""Event logs for the tests: made up by the thousand, and read by nothing but the standard library."""

from __future__ import annotations

import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

_START = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
#: activity, desk (org:group), who works there
_WAY = (
    ("Terima berkas", "Loket", ("Ida", "Omar")),
    ("Periksa", "Verifikasi", ("Sari", "Wayan")),
    ("Rekomendasi", "Dinas Kesehatan", ("Agus",)),
    ("Tanda tangan", "Kepala Dinas", ("Ratna",)),
    ("Serahkan", "Loket", ("Ida", "Omar")),
)


class Event(NamedTuple):
    """What must come out of the mall as it went in; desk and role in the mall's words where the log has none."""

    activity: str
    resource: str
    desk: str
    role: str
    at: datetime


def make_log(path: Path, *, cases: int, events: int = 3) -> Path:
    """A log of so many cases, each of so many events (3 to 5), that overlap; every third case has a time tie."""
    way = [*_WAY[: events - 1], _WAY[-1]]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1.0" xmlns="http://www.xes-standard.org/">']
    for number in range(cases):
        lines += ["<trace>", _value("string", "concept:name", f"kasus-{number}")]
        at = _START + timedelta(minutes=7 * number, milliseconds=number % 1000)
        for place, (activity, desk, staff) in enumerate(way):
            if not (number % 3 == 0 and place == 1):
                at += timedelta(hours=5, milliseconds=37)
            lines += [
                "<event>",
                _value("string", "concept:name", activity),
                _value("string", "org:resource", staff[number % len(staff)]),
                _value("string", "org:group", desk),
                _value("date", "time:timestamp", at.isoformat(timespec="milliseconds")),
                _value("string", "lifecycle:transition", "complete"),
                "</event>",
            ]
        lines.append("</trace>")
    path.write_text("\n".join([*lines, "</log>"]), encoding="utf-8")
    return path


def events_of(path: Path) -> dict[str, list[Event]]:
    """The events of each case, in the order of their time and, where times tie, of the file."""
    raw = path.read_bytes()
    root = ET.fromstring(gzip.decompress(raw) if path.suffix == ".gz" else raw)  # noqa: S314 - our own files
    found: dict[str, list[Event]] = defaultdict(list)
    for trace in _children(root, "trace"):
        case = found[_values(trace)["concept:name"]]
        for one in map(_values, _children(trace, "event")):
            case.append(_event(one))
        case.sort(key=lambda event: event.at)
    return dict(found)


def _event(said: dict[str, str]) -> Event:
    # Some logs name no groups, some no roles either: the desk is then the role's or the person's own, and whoever has
    # no role is an officer. What the mall gives back names all three, so there they must be what they were here.
    resource, role = said["org:resource"], said.get("org:role")
    desk = said.get("org:group") or role or resource
    at = datetime.fromisoformat(said["time:timestamp"])
    return Event(said["concept:name"], resource, desk, role or "officer", at)


def _value(kind: str, key: str, value: str) -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>"


def _children(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def _values(element: ET.Element) -> dict[str, str]:
    return {child.attrib["key"]: child.attrib["value"] for child in element if "value" in child.attrib}
