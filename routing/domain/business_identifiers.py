"""Numbers of businesses, places and vehicles: NPWP, NIB, KBLI, region, number plate, coordinates. Form, no look-ups.

What a register would have to be asked for (does this NIB exist?) is not decided here. Each gives the number as it is
kept, or raises NotAsAsked.
"""

from __future__ import annotations

import re
from functools import cache

from stdnum import luhn

from routing.domain.errors import MalformedNik
from routing.domain.form_problems import NotAsAsked
from routing.domain.identifiers import check_nik, known_regions
from routing.domain.phrases import Phrase

# Divisions (the first two digits) of each edition. KBLI 2020 follows ISIC 4 and has 88; KBLI 2025 follows ISIC 5, which
# has no division 45 any more, and has 87.
_DIVISIONS_2020 = "01-03 05-09 10-33 35-39 41-43 45-47 49-53 55-56 58-66 68-75 77-82 84-88 90-99"
_DIVISIONS = {"2020": _DIVISIONS_2020, "2025": _DIVISIONS_2020.replace("45-47", "46-47")}

#: Indonesia, in degrees: south, north, west, east.
_SOUTH, _NORTH, _WEST, _EAST = -11.0, 6.5, 94.0, 142.0
_PLATE = re.compile(r"([A-Z]{1,2})([1-9][0-9]{0,3})([A-Z]{0,3})")
_WITH_POINTS = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*[,;\s]\s*([+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?)")
# A comma between the numbers could not be told from the one inside them, so there it takes a space or a semicolon.
_WITH_COMMAS = re.compile(r"([+-]?[0-9]{1,3}(?:,[0-9]{1,15})?)(?:\s*;\s*|,?\s+)([+-]?[0-9]{1,3}(?:,[0-9]{1,15})?)")


def check_npwp(text: str) -> str:
    """A taxpayer number in the 16 digits it has since 2024; one of 15 gets the zero in front.

    Digits that begin with 0 carry a check digit (Luhn) in their tenth place; others are a NIK.
    """
    digits = re.sub(r"[\s.-]", "", text)
    _require_digits(digits, {15, 16}, Phrase("An NPWP has 16 digits, an old one 15."))
    number = digits.zfill(16)
    if not number.startswith("0"):
        try:
            return check_nik(number)
        except MalformedNik as refusal:
            problem = Phrase("it does not begin with 0, so it is a NIK, and no NIK is like this")
            raise NotAsAsked(problem, Phrase("Compare it with the card, digit by digit.")) from refusal
    if not luhn.is_valid(number[:10]):
        raise NotAsAsked(Phrase("its check digit is wrong"), Phrase("Compare it with the card, digit by digit."))
    return number


def check_nib(text: str) -> str:
    """A business identification number: 13 digits, of which nobody outside OSS knows a check digit."""
    digits = re.sub(r"[\s.-]", "", text)
    _require_digits(digits, {13}, Phrase("An NIB has 13 digits, as on its certificate."))
    return digits


def check_kbli(text: str, edition: str | None) -> str:
    """A class of business; its division exists in that edition (None: in the newest)."""
    digits = re.sub(r"[\s.]", "", text)
    _require_digits(digits, {5}, Phrase("A KBLI code has 5 digits."))
    if digits[:2] not in _divisions(edition or "2025"):
        problem = Phrase("KBLI {edition} has no division {division}", edition=edition or "2025", division=digits[:2])
        raise NotAsAsked(problem, Phrase("Look the class of business up in that edition."))
    return digits


def check_region(text: str) -> str:
    """A region: regency, district or village, e.g. 35.79, 35.79.01 or 35.79.01.1004 (Kepmendagri 300.2.2-2430/2025)."""
    digits = re.sub(r"[\s.]", "", text)
    way_out = Phrase("Write it as 35.79, 35.79.01 or 35.79.01.1004.")
    _require_digits(digits, {4, 6, 10}, way_out)
    if digits[:4] not in _regions():
        raise NotAsAsked(Phrase("no regency or city has the code {code}", code=f"{digits[:2]}.{digits[2:4]}"), way_out)
    if digits[4:6] == "00":
        raise NotAsAsked(Phrase("no district has the number 00"), way_out)
    village = digits[6:]
    if village and (village[0] not in "12" or village[1:] == "000"):
        problem = Phrase("its last part begins with 1 (urban village) or 2 (village) and is not 1000 or 2000")
        raise NotAsAsked(problem, way_out)
    return ".".join(part for part in (digits[:2], digits[2:4], digits[4:6], village) if part)


def check_plate(text: str) -> str:
    """A number plate as it is written on it: ``N 1234 AB``."""
    found = _PLATE.fullmatch(re.sub(r"[\s.-]", "", text).upper())
    if found is None:
        raise NotAsAsked(Phrase("it is no number plate"), Phrase("Write it as N 1234 AB."))
    return " ".join(part for part in found.groups() if part)


def check_coordinates(text: str) -> str:
    """Latitude and longitude in degrees within Indonesia, with six decimals (a decimetre): ``-7.871234,112.527000``."""
    way_out = Phrase("Write latitude and longitude in degrees, as -7.8712, 112.5270.")
    typed = text.strip()
    found = _WITH_POINTS.fullmatch(typed) or _WITH_COMMAS.fullmatch(typed)
    if found is None:
        raise NotAsAsked(Phrase("it is no latitude and longitude"), way_out)
    latitude, longitude = (float(part.replace(",", ".")) for part in found.groups())
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        raise NotAsAsked(Phrase("the place is not in Indonesia"), way_out)
    return f"{latitude:.6f},{longitude:.6f}"


def masked_digits(number: str) -> str:
    """A number of a person as it is shown: its last two digits, to be recognised by."""
    return "•" * len(number[:-2]) + number[-2:]


def _require_digits(digits: str, lengths: set[int], way_out: Phrase) -> None:
    if not re.fullmatch(r"[0-9]+", digits):
        raise NotAsAsked(Phrase("it holds something else than digits"), way_out)
    if len(digits) not in lengths:
        raise NotAsAsked(Phrase("it has {count} digits", count=len(digits)), way_out)


@cache
def _divisions(edition: str) -> frozenset[str]:
    spans = (span.partition("-") for span in _DIVISIONS[edition].split())
    return frozenset(f"{code:02}" for first, _, last in spans for code in range(int(first), int(last or first) + 1))


@cache
def _regions() -> frozenset[str]:
    return frozenset(known_regions())
