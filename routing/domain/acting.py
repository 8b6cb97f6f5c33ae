"""Acting officers: a role held for a while in somebody else's place, by a letter with a number and a date.

Pelaksana harian (Plh.) stands in while the holder is away, pelaksana tugas (Plt.) while the post is vacant; both are
appointed by letter (BKN, SE 1/SE/I/2021). What is decided so says so in the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from routing.domain.errors import MalformedField
from routing.domain.phrases import Phrase

# Entries hold a letter's number, and what is append-only must not take up a NIK by the way.
_LETTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./()-]{0,59}")
# The first day is given as a day, which began some hours ago.
_A_DAY = timedelta(days=1)
_LONGEST_DIGITS = re.compile(r"[0-9]{9}")


class ActingTitle(StrEnum):
    """As what somebody stands in."""

    #: the holder is away
    PLH = "plh"
    #: the post is vacant
    PLT = "plt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who stands in, by which letter."""

    title: ActingTitle
    #: the letter's number
    instrument: str
    #: the letter's date
    dated: date


def acting_of(title: str | None, instrument: str | None, dated: date | None) -> Acting | None:
    """As the three columns of an assignment say; None: it is held in one's own right."""
    if title is None or instrument is None or dated is None:
        return None
    return Acting(title=ActingTitle(title), instrument=instrument, dated=dated)


def acting_facts(acting: Acting | None) -> Mapping[str, str]:
    """What an entry says of it; nothing where the role is held in one's own right."""
    if acting is None:
        return {}
    return {"acting": acting.title.value, "instrument": acting.instrument, "instrument_date": acting.dated.isoformat()}


def check_acting(title: str, instrument: str, dated: str) -> Acting | None:
    """As somebody typed it; None: all three are empty. Raises MalformedField."""
    if not (title or instrument.strip() or dated.strip()):
        return None
    if title not in set(ActingTitle):
        raise MalformedField(
            field=Phrase("Acting as"),
            problem=Phrase("a letter is named, and not as what it appoints"),
            way_out=Phrase("Choose plh (the holder is away) or plt (the post is vacant), or leave all three out."),
        )
    day = check_day(Phrase("Date of the letter"), dated)
    if day is None:
        raise MalformedField(
            field=Phrase("Date of the letter"), problem=Phrase("it is empty"), way_out=Phrase("Write it as 2026-11-20.")
        )
    return Acting(title=ActingTitle(title), instrument=check_letter_number(instrument), dated=day)


def check_day(field: str, text: str) -> date | None:
    """A day as 2026-11-20; None: nothing was typed. Raises MalformedField."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        problem = Phrase("{text} is no day", text=text.strip()[:40])
        raise MalformedField(field=field, problem=problem, way_out=Phrase("Write it as 2026-11-20.")) from None


def check_period(first: str, last: str, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From the morning of the first day until before the morning behind the last one. Raises MalformedField."""
    begins, ends = check_day(Phrase("First day"), first), check_day(Phrase("Last day"), last)
    since = datetime.combine(begins, time(), tzinfo=zone) if begins is not None else None
    # The last day of all has no morning behind it.
    until = datetime.combine(min(ends, date.max - _A_DAY) + _A_DAY, time(), tzinfo=zone) if ends is not None else None
    return since, until


def check_letter_number(text: str) -> str:
    """The number of a letter, trimmed. Raises MalformedField."""
    number = " ".join(text.split())
    if not _LETTER.fullmatch(number) or _LONGEST_DIGITS.search(number):
        raise MalformedField(
            field=Phrase("Number of the letter"),
            problem=Phrase("it is empty or no number of a letter"),
            way_out=Phrase("Write it as on the letter, 800/123/2026 for one: up to 60 letters, digits and . / - ( )."),
        )
    return number


def require_period(since: datetime, until: datetime | None, acting: Acting | None, now: datetime) -> None:
    """A role is given for a time that lies ahead; who stands in for somebody does so until a certain day.

    Raises MalformedField.
    """
    problem = None
    if since < now - _A_DAY:
        problem = Phrase("it begins in the past")
    elif until is not None and until <= max(since, now):
        problem = Phrase("it ends before it begins, or has ended already")
    elif until is None and acting is not None:
        problem = Phrase("whoever stands in for somebody does so until a certain day")
    if problem is not None:
        way_out = Phrase("Give a first day from today on and a last day behind it.")
        raise MalformedField(field=Phrase("Period"), problem=problem, way_out=way_out)
