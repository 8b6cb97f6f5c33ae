"""The value of a YAML text in which nothing is unusual, quickly; where each part stands is ``yaml_source``'s.

What is unusual (anchors, tags, keys that stand twice, a second document) is refused without a word here: then the text
is read again with all its places, to tell what is wrong and where.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

#: What a file can hold once it is read.
Value = str | int | float | bool | dict[str, "Value"] | list["Value"] | None

#: The language needs seven.
MOST_LEVELS = 20
# libyaml is ten times faster and in every wheel; without it the same events come more slowly.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BEGINS_A_NUMBER = frozenset("-0123456789")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,11})\.[0-9]{1,6}")
#: Signs that only an escape can bring in.
_ESCAPE = re.compile(r"\\[0xuU]")


class NotPlain(Exception):
    """There is something in the text that wants a closer look."""


def plain_value(text: str) -> Value:
    """The value of the one document in that text. Raises NotPlain, and what the library raises."""
    if "\0" in text or _ESCAPE.search(text):
        raise NotPlain
    loader = LOADER(text)
    try:
        following: Callable[[], Any] = loader.get_event
        following()  # the stream begins
        if not isinstance(following(), yaml.DocumentStartEvent):
            raise NotPlain
        value = _value(following(), following, 0)
        following()  # the document ends
        if value is None or not isinstance(following(), yaml.StreamEndEvent):
            raise NotPlain
        return value
    finally:
        loader.dispose()


def plain_scalar(text: str) -> Value:
    """What a word without quotes means: only true, false, null and plain numbers are no text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINS_A_NUMBER:
        return text
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _value(event: Any, following: Callable[[], Any], level: int) -> Value:
    kind = type(event)
    if kind is yaml.AliasEvent or event.anchor is not None or event.tag is not None or level > MOST_LEVELS:
        raise NotPlain
    if kind is yaml.ScalarEvent:
        return event.value if event.style else plain_scalar(event.value)
    if kind is yaml.SequenceStartEvent:
        listed: list[Value] = []
        while type(event := following()) is not yaml.SequenceEndEvent:
            listed.append(_value(event, following, level + 1))
        return listed
    table: dict[str, Value] = {}
    while type(event := following()) is not yaml.MappingEndEvent:
        if (
            type(event) is not yaml.ScalarEvent
            or event.value in table
            or event.anchor is not None
            or event.tag is not None
        ):
            raise NotPlain
        table[event.value] = _value(following(), following, level + 1)
    return table
