"""One field of a form is read: from what somebody typed or a program sent, to the value that is kept.

The same for counter, API and desks, so that a value means the same wherever it came in. A whole form is ``forms``'.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from routing.domain.business_identifiers import (
    check_coordinates,
    check_kbli,
    check_nib,
    check_npwp,
    check_plate,
    check_region,
)
from routing.domain.errors import MalformedField, MalformedNik, NotUtf8
from routing.domain.fields import Fact, Field, FieldKind
from routing.domain.form_problems import NotAsAsked
from routing.domain.identifiers import check_nik, check_phone, holds_number_of_a_person
from routing.domain.phrases import Phrase
from routing.domain.preconditions import require_plain

#: Longest number of a letter: it comes to stand in the log, where a text about somebody has no place.
LONGEST_REFERENCE = 60
#: No number and no sum is that large.
_TOO_LARGE = 10**15

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,9})?|-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,9}")
# A single point before exactly three digits: 1.250 is a thousand to some and one and a quarter to others.
_AMBIGUOUS = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]{3})+")
_MONEY = re.compile(r"(?:Rp\.?|IDR)?\s*([0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,(?:00|-))?", re.IGNORECASE)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./()_-]*[A-Za-z0-9)])?")
_YES = frozenset({"yes", "ya", "y", "true", "1"})
_NO = frozenset({"no", "tidak", "t", "n", "false", "0"})


def read_value(field: Field, given: object) -> Fact:
    """The value as it is kept; None where nothing was filled in.

    A number is always a float (conditions and sums in CEL do not mix whole and broken numbers, and must not depend on
    whether somebody typed 7 or 7.5), money a whole number of rupiah, a day ``YYYY-MM-DD``. Raises NotAsAsked.
    """
    if isinstance(given, str):
        text = _plain(given).strip()
        return _READERS[field.kind](field, text) if text else None
    if given is None:
        return None
    if isinstance(given, bool):
        if field.kind is FieldKind.YES_NO:
            return given
    elif isinstance(given, int | float):
        if field.kind is FieldKind.NUMBER:
            return _within(field, float(given) if abs(given) < _TOO_LARGE else math.inf)
        if field.kind is FieldKind.MONEY and (abs(given) >= _TOO_LARGE or float(given).is_integer()):
            # Bounded first: a whole number of JSON may be larger than any float.
            return int(_within(field, int(given) if abs(given) < _TOO_LARGE else math.inf))
    raise NotAsAsked(Phrase("its value is of the wrong kind"), Phrase("Send it as text, as it would be typed."))


def _plain(text: str) -> str:
    try:
        return require_plain("", text)
    except MalformedField:
        raise NotAsAsked(Phrase("it holds a NUL character"), Phrase("Type it anew instead of pasting it.")) from None
    except NotUtf8:
        raise NotAsAsked(Phrase("it is not valid UTF-8"), Phrase("Type it anew instead of pasting it.")) from None


def _text(field: Field, text: str) -> str:
    if len(text) > field.longest:
        problem = Phrase("it has {length} characters; at most {most} are kept", length=len(text), most=field.longest)
        raise NotAsAsked(problem, Phrase("Shorten it, or attach it as a document."))
    return text


def _number(field: Field, text: str) -> float:
    typed = re.sub(r"\s", "", text)
    if _AMBIGUOUS.fullmatch(typed):
        problem = Phrase("it can be read in two ways")
        raise NotAsAsked(problem, Phrase("Write thousands without a point, and decimals with a comma: 1250 or 1,25."))
    if not _NUMBER.fullmatch(typed):
        raise NotAsAsked(Phrase("it is no number"), Phrase("Write digits, decimals behind a comma: 7,5."))
    if "," in typed:
        typed = typed.replace(".", "").replace(",", ".")
    return _within(field, float(typed))


def _money(field: Field, text: str) -> int:
    found = _MONEY.fullmatch(text)
    if found is None:
        raise NotAsAsked(Phrase("it is no amount of whole rupiah"), Phrase("Write it as 1250000 or Rp1.250.000."))
    return int(_within(field, int(found[1].replace(".", ""))))


def _day(_field: Field, text: str) -> str:
    iso, local = _ISO_DAY.fullmatch(text), _DAY.fullmatch(text)
    parts = iso.groups() if iso is not None else local.groups()[::-1] if local is not None else ()
    try:
        year, month, day = (int(part) for part in parts)
        said = date(year, month, day)
    except ValueError:
        raise NotAsAsked(Phrase("it is no day of the calendar"), Phrase("Write it as 31-12-2026.")) from None
    if not 1900 <= said.year <= 2199:
        raise NotAsAsked(Phrase("its year is not of this time"), Phrase("Write it as 31-12-2026."))
    return said.isoformat()


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        raise NotAsAsked(Phrase("it is none of the choices"), Phrase("Choose one of: {codes}.", codes=_codes(field)))
    return text


def _yes_no(_field: Field, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise NotAsAsked(Phrase("it is neither yes nor no"), Phrase("Choose one of the two."))


def _reference(field: Field, text: str) -> str:
    number = " ".join(text.split())
    has_digit = any(sign.isdigit() for sign in number)
    if len(number) > LONGEST_REFERENCE or not has_digit or not _REFERENCE.fullmatch(number):
        problem = Phrase("it is not the number of a letter: at most {most} letters, digits and . / ( ) - and a digit",
                         most=LONGEST_REFERENCE)  # fmt: skip
        raise NotAsAsked(problem, Phrase("Copy it from the letter, e.g. 503/2045/436.7.5/2026."))
    # It comes to stand in the log, from which nothing can be taken out.
    if not field.sealed and holds_number_of_a_person(number):
        problem = Phrase("it holds the number of a person or of a telephone, which the log must not keep")
        raise NotAsAsked(problem, Phrase("Write the number of the letter alone, without whom it is about."))
    return number


def _nik(_field: Field, text: str) -> str:
    try:
        return check_nik(text)
    except MalformedNik as refusal:
        problem = refusal.facts["problem"]
        way_out = Phrase("A NIK has 16 digits, as on the identity card.")
        raise NotAsAsked(Phrase("{problem}", problem=problem), way_out) from None


def _phone(_field: Field, text: str) -> str:
    try:
        return check_phone(text)
    except MalformedField:
        way_out = Phrase("Write it as 0812... or +62812...")
        raise NotAsAsked(Phrase("it is not a telephone number"), way_out) from None


def _within(field: Field, amount: float) -> float:
    """The amount, if it lies between the bounds of its field."""
    if not math.isfinite(amount) or abs(amount) >= _TOO_LARGE:
        raise NotAsAsked(Phrase("it is too large"), Phrase("Write fewer digits."))
    if field.least is not None and amount < field.least:
        least = in_digits(field.least)
        raise NotAsAsked(Phrase("it is less than {least}", least=least), Phrase("Write at least {least}.", least=least))
    if field.most is not None and amount > field.most:
        most = in_digits(field.most)
        raise NotAsAsked(Phrase("it is more than {most}", most=most), Phrase("Write at most {most}.", most=most))
    return amount


def as_text(value: Fact) -> str:
    """A value as it is sealed: texts are all that is sealed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return in_digits(value) if isinstance(value, int | float) else str(value or "")


def from_text(field: Field, text: str) -> Fact:
    """The value that was sealed, in its own type; as it stands where an older version of the form asked otherwise."""
    if field.kind is FieldKind.YES_NO and text in {"yes", "no"}:
        return text == "yes"
    try:
        if field.kind is FieldKind.NUMBER:
            return float(text)
        if field.kind is FieldKind.MONEY:
            return int(text)
    except ValueError:
        return text
    return text


def in_digits(amount: float) -> str:
    """A number as it would be typed: without a point where it is whole."""
    return str(int(amount)) if float(amount).is_integer() else str(amount)


def _codes(field: Field) -> str:
    return ", ".join(field.choices)


_READERS: Mapping[FieldKind, Callable[[Field, str], Fact]] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.NUMBER: _number,
        FieldKind.MONEY: _money,
        FieldKind.DATE: _day,
        FieldKind.CHOICE: _choice,
        FieldKind.YES_NO: _yes_no,
        FieldKind.REFERENCE: _reference,
        FieldKind.NIK: _nik,
        FieldKind.NPWP: lambda _field, text: check_npwp(text),
        FieldKind.NIB: lambda _field, text: check_nib(text),
        FieldKind.KBLI: lambda field, text: check_kbli(text, field.edition),
        FieldKind.REGION: lambda _field, text: check_region(text),
        FieldKind.PHONE: _phone,
        FieldKind.PLATE: lambda _field, text: check_plate(text),
        FieldKind.COORDINATES: lambda _field, text: check_coordinates(text),
    }
)
