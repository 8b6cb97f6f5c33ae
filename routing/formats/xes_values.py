"""How XES writes a value as text, and back: the one place that both the reader and the writer of XES ask.

Reading is tolerant: text that is not what its element promises stays text. Writing is strict: what XML or the
schema cannot hold is replaced. Elements and their nesting are not known here.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from routing.formats.event_log import AttributeValue

#: The keys that make an event; the standard's own spelling.
ACTIVITY = "concept:name"
RESOURCE = "org:resource"
GROUP = "org:group"
ROLE = "org:role"
TIME = "time:timestamp"
LIFECYCLE = "lifecycle:transition"

#: The elements that carry one value; lists and containers carry only others.
VALUE_ELEMENTS = frozenset({"string", "date", "int", "float", "boolean", "id"})

_INT = re.compile(r"\s*[+-]?[0-9]{1,19}\s*")
_FLOAT = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_WIDEST_LONG = 2**63
_WIDEST_OFFSET = timedelta(hours=14)

#: Everything outside the Char production of XML 1.0.
_NO_XML_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEEDS_ESCAPE = re.compile("[^ !#-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NO_KEY_CHARACTER = re.compile(r"[^A-Za-z0-9_:.-]")


def read_value(element: str, text: str) -> AttributeValue:
    """The value that such an element promises; the text itself where it does not keep the promise.

    NaN and infinity stay text too: nothing that compares or prints facts wants them as numbers.
    """
    if element == "date":
        try:
            at = read_instant(text)
        except ValueError:
            return text
        return at
    if element == "int" and _INT.fullmatch(text) and -_WIDEST_LONG <= int(text) < _WIDEST_LONG:
        return int(text)
    if element == "float" and _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if element == "boolean":
        return _BOOLEANS.get(text.strip().lower(), text)
    return text


def read_instant(text: str) -> datetime:
    """The point in time, its offset kept; UTC where it has none. Digits beyond a microsecond are dropped.

    Raises:
        ValueError: it is no point in time, or one that does not exist in UTC (before year 1, after 9999).
    """
    at = datetime.fromisoformat(text.strip().upper())
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC)
    try:
        at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return at


def write_value(value: AttributeValue) -> tuple[str, str]:
    """The element that holds such a value, and its text (not yet escaped)."""
    if isinstance(value, bool):
        return "boolean", "true" if value else "false"
    if isinstance(value, int):
        return ("int" if -_WIDEST_LONG <= value < _WIDEST_LONG else "string"), str(value)
    if isinstance(value, float):
        return "float", _write_float(value)
    if isinstance(value, datetime):
        return "date", write_instant(value)
    return "string", value


def write_instant(at: datetime) -> str:
    """RFC 3339 with milliseconds, or microseconds where there are any; UTC if XML cannot say the offset."""
    offset = at.utcoffset()
    if offset is None:
        raise ValueError(f"{at} has no time zone")
    if offset and (offset % timedelta(minutes=1) or abs(offset) > _WIDEST_OFFSET):
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds" if at.microsecond % 1000 else "milliseconds")


def write_key(key: str) -> str:
    """A key the schema takes: what is no ASCII letter, no digit and none of ``: . -`` becomes ``_``."""
    name = _NO_KEY_CHARACTER.sub("_", key)
    return name if name[:1].isalpha() or name[:1] in {"_", ":"} else f"_{name}"


def escape(text: str) -> str:
    """The text as it may stand between double quotes in XML; what no XML can hold becomes U+FFFD."""
    if not _NEEDS_ESCAPE.search(text):
        return text
    return _NO_XML_CHARACTER.sub("\ufffd", text).translate(_ESCAPES)


def _write_float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
