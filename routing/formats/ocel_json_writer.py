"""OCEL 2.0 as JSON, written as it comes: events into the file, objects beside it, and both put together at the end.

Every value is a text, as the format's own schema wants it, and the type that is declared says what to read it as.
Which objects and events there are, ``ocel_objects`` says.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, BinaryIO

from routing.formats.exported_log import ExportedApplication
from routing.formats.ocel_objects import EVENT_ATTRIBUTES, OBJECT_ATTRIBUTES, OcelEvent, OcelObject, OcelTeller

_encode = json.JSONEncoder(ensure_ascii=False).encode
#: The same of a text, without asking what it is: ten times an entry.
_quoted = json.encoder.encode_basestring
#: What is true of an object at all times has this one.
_ALWAYS = "1970-01-01T00:00:00Z"
#: Without the first (seq) and the last two (minutes, working days), which are numbers.
_WORDS = tuple(name for name, _ in EVENT_ATTRIBUTES[1:-2])


class OcelJsonWriter:
    """A whole log in one object: ``begin``, the applications, ``end``.

    ``beside``: where the objects wait; open to be written and read.
    """

    def __init__(self, stream: BinaryIO, beside: BinaryIO, state: Mapping[str, Any] | None = None) -> None:
        self._stream, self._beside = stream, beside
        self._teller = OcelTeller(state)
        # What follows the first has a comma before it.
        self._comma = "" if state is None else state.get("comma", "")

    def begin(self) -> None:
        """The beginning of the events."""
        self._stream.write(b'{"events":[\n')

    def write(self, told: ExportedApplication) -> None:
        """Its events, and the objects that are new."""
        events, objects = self._teller.tell(told)
        self._stream.write((self._comma + ",\n".join(map(_event, events))).encode())
        self._beside.write((self._comma + ",\n".join(map(_object, objects))).encode())
        self._comma = ",\n"

    def end(self) -> None:
        """The objects, and the types of both."""
        self._stream.write(b'\n],\n"objects":[\n')
        self._beside.seek(0)
        shutil.copyfileobj(self._beside, self._stream, 1 << 20)
        self._stream.write(f'\n],\n"eventTypes":{_encode(self._event_types())}'.encode())
        self._stream.write(f',\n"objectTypes":{_encode(self._object_types())}}}\n'.encode())

    def state(self) -> dict[str, Any]:
        """What was told of already."""
        return self._teller.state() | {"comma": self._comma}

    def _event_types(self) -> list[dict[str, Any]]:
        attributes = [{"name": name, "type": kind} for name, kind in EVENT_ATTRIBUTES]
        return [{"name": name, "attributes": attributes} for name in self._teller.event_types]

    def _object_types(self) -> list[dict[str, Any]]:
        facts = [(name, "string") for name in self._teller.facts.values()]
        return [
            {
                "name": name,
                "attributes": [
                    {"name": one, "type": kind}
                    for one, kind in (*attributes, *(facts if name == "application" else ()))
                ],
            }
            for name, attributes in OBJECT_ATTRIBUTES.items()
        ]


def _event(event: OcelEvent) -> str:
    seq, *words, minutes, working_days = event.values
    return (
        f'{{"id":{_quoted(event.id)},"type":{_quoted(event.type)},"time":"{event.at}",'
        f'"attributes":[{{"name":"seq","value":"{seq}"}}{_words(*words)}{_number("minutes", minutes)}'
        f'{_number("working_days", working_days)}],"relationships":{_relations(event.relations)}}}'
    )


def _object(told: OcelObject) -> str:
    attributes = ",".join(
        [
            f'{{"name":{_quoted(name)},"time":"{_ALWAYS}","value":{_quoted(str(value))}}}'
            for name, value in told.values.items()
        ]
    )
    return (
        f'{{"id":{_quoted(told.id)},"type":"{told.type}",'
        f'"attributes":[{attributes}],"relationships":{_relations(told.relations)}}}'
    )


def _relations(relations: tuple[tuple[str, str], ...]) -> str:
    one = [f'{{"objectId":{_quoted(thing)},"qualifier":"{how}"}}' for thing, how in relations]
    return f"[{','.join(one)}]"


@lru_cache(maxsize=65536)
def _words(*words: str | int | None) -> str:
    """Attributes of an event that are words, kept: few steps, decisions and roles are said millions of times."""
    said = zip(_WORDS, words, strict=True)
    return "".join([f',{{"name":"{name}","value":{_quoted(str(word))}}}' for name, word in said if word is not None])


def _number(name: str, value: str | int | None) -> str:
    return f',{{"name":"{name}","value":"{value}"}}' if value is not None else ""
