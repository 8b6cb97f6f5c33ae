"""Numbers people carry and numbers the office gives: NIK, application number, tracking code. Form only, no look-ups.

``stdnum``'s NIK check is not used: it refuses the NIKs of 30 of the 514 regions and accepts impossible birth days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from stdnum import damm
from stdnum.iso7064 import mod_37_36

from routing.domain.errors import MalformedField, MalformedNik, UnknownTrackingCode
from routing.domain.phrases import Phrase

#: Base 32 without I, L, O and U, which are misread (Crockford).
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Random characters of a tracking code; a check character follows.
TRACKING_LENGTH = 8

# Regencies (01-69) and cities (71-99) by province: Kepmendagri 300.2.2-2430/2025, 38 provinces, 514 regions.
_REGIONS = """
11:01-18,71-75 12:01-25,71-78 13:01-12,71-77 14:01-10,71-72 15:01-09,71-72 16:01-13,71-74 17:01-09,71 18:01-13,71-72
19:01-06,71 21:01-05,71-72 31:01,71-75 32:01-18,71-79 33:01-29,71-76 34:01-04,71 35:01-29,71-79 36:01-04,71-74
51:01-08,71 52:01-08,71-72 53:01-21,71 61:01-12,71-72 62:01-13,71 63:01-11,71-72 64:01-03,07-09,11,71-72,74
65:01-04,71 71:01-11,71-74 72:01-12,71 73:01-18,22,24,26,71-73 74:01-15,71-72 75:01-05,71 76:01-06 81:01-09,71-72
82:01-08,71-72 91:03,05-06,10-11,15,19-20,71 92:02-03,06-08,11-12 93:01-04 94:01-08 95:01-08 96:01-05,71
"""

# NIK and NPWP have 16 digits, the staff number of a civil servant 18.
_LONG_NUMBER = re.compile(r"[0-9]{16}")
# In fours, or an old NPWP as it is printed. Other groups are those of letters: PBG-357901-20112026-01.
_IN_GROUPS = re.compile(r"(?:[0-9]{4}[ .-]){3}[0-9]{4}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}\.[0-9]{3}")
# A letter behind it makes it part of a code, as of the tax office's NTPN.
_TELEPHONE = re.compile(r"(?<![0-9])(?:62|0)?8[1-9][0-9]{7,10}(?![0-9A-Za-z])")


def check_nik(text: str) -> str:
    """The 16 digits, without the spaces people type. Raises MalformedNik; a region it does not know is no refusal."""
    nik = re.sub(r"[\s.-]", "", text)
    if not nik:
        raise MalformedNik(problem=Phrase("it is empty"))
    if not re.fullmatch(r"[0-9]+", nik):
        raise MalformedNik(problem=Phrase("it holds something else than digits"))
    if len(nik) != 16:
        raise MalformedNik(problem=Phrase("it has {count} digits", count=len(nik)))
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    # Women are registered with their day of birth plus 40.
    day -= 40 if day > 40 else 0
    if not _is_a_day(day, month, year):
        written = f"{nik[6:8]}-{nik[8:10]}-{nik[10:12]}"
        raise MalformedNik(problem=Phrase("{date} is no date of birth", date=written))
    if nik[4:6] == "00":
        raise MalformedNik(problem=Phrase("its district is 00"))
    if nik[12:] == "0000":
        raise MalformedNik(problem=Phrase("its serial number is 0000"))
    return nik


def region_is_known(nik: str) -> bool:
    """Whether the first four digits are a region of today: NIKs of older regions stay valid, so this only warns."""
    return nik[:4] in set(known_regions())


def known_regions() -> Iterator[str]:
    """The four-digit codes of today's regencies and cities."""
    for province in _REGIONS.split():
        head, _, spans = province.partition(":")
        for span in spans.split(","):
            first, _, last = span.partition("-")
            for number in range(int(first), int(last or first) + 1):
                yield f"{head}{number:02}"


def masked_nik(nik: str) -> str:
    """A NIK as it is shown: region and last two digits, never the date of birth in its middle."""
    return nik[:4] + "•" * len(nik[4:-2]) + nik[-2:]


def masked_phone(phone: str) -> str:
    """A telephone number as it is shown: whoever has it before them sees whether it is this one."""
    return "•" * len(phone[:-3]) + phone[-3:]


def holds_number_of_a_person(text: str) -> bool:
    """Whether a NIK, an NPWP, a staff number or a telephone number stands in it, whole or in groups.

    By their shape only: a mistyped NIK is somebody's too. Official numbers may be long (P-IRT and billing codes have 15
    digits, halal certificates 14), so the number of digits alone tells nothing below 16.
    """
    without_blanks = re.sub(r"\s", "", text)
    digits_together = re.sub(r"(?<=[0-9])[ .-]+(?=[0-9])", "", text)
    return (
        _LONG_NUMBER.search(without_blanks) is not None
        or _IN_GROUPS.search(text) is not None
        or _TELEPHONE.search(digits_together) is not None
    )


def check_phone(text: str) -> str:
    """A telephone number, or nothing. Raises MalformedField."""
    phone = re.sub(r"[\s().-]", "", text)
    if phone and not re.fullmatch(r"(\+62|0)[0-9]{8,12}", phone):
        raise MalformedField(
            field=Phrase("Telephone"),
            problem=Phrase("{text} is not a telephone number", text=text[:40]),
            way_out=Phrase("Write it as 0812... or +62812..."),
        )
    return phone


def application_number(service: str, year: int, counted: int) -> str:
    """``SERVICE-YEAR-COUNT-CHECK``; the check digit (Damm) catches every single slip and swap of digits."""
    digits = f"{year:04}{counted:06}"
    return f"{service.upper()}-{year:04}-{counted:06}-{damm.calc_check_digit(digits)}"


def tracking_code(drawn: int) -> str:
    """Eight characters from 40 random bits and a check character (ISO 7064, mod 33,32)."""
    body = "".join(CROCKFORD[(drawn >> shift) & 31] for shift in range(0, 5 * TRACKING_LENGTH, 5))
    return body + mod_37_36.calc_check_digit(body, alphabet=CROCKFORD)


def check_tracking_code(text: str) -> str:
    """The code as stored, whatever the case and spaces it was typed with. Raises UnknownTrackingCode on a slip."""
    code = re.sub(r"[\s-]", "", text).upper().translate(str.maketrans("ILO", "110"))
    is_code = len(code) == TRACKING_LENGTH + 1 and all(letter in CROCKFORD for letter in code)
    if not is_code or not mod_37_36.is_valid(code, alphabet=CROCKFORD):
        raise UnknownTrackingCode(code=text[:40])
    return code


def _is_a_day(day: int, month: int, year: int) -> bool:
    for century in (1900, 2000):
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False
