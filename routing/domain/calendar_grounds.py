"""On what grounds the working calendar is changed: a reason always, a decree where the day is the nation's to give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from routing.domain.errors import Kind, Refusal, TextTooLong
from routing.domain.phrases import Phrase
from routing.domain.preconditions import LONGEST_REASON, require_plain
from routing.domain.working_calendar import WorkingCalendar

#: Longest name of a day and longest decree, in characters; the calendar itself holds no longer ones.
LONGEST_TEXT = 200


class CalendarReasonMissing(Refusal):
    """A change of the working calendar needs a reason in words: promises move with it, and people ask why. Give one."""

    code = "calendar_reason_missing"
    kind = Kind.MALFORMED


class DecreeMissing(Refusal):
    """{name} rests on a decree. Give its number, as "SKB 3 Menteri 1497/2025"; a day of this office alone is local."""

    code = "decree_missing"
    kind = Kind.MALFORMED


class OutsideCalendar(Refusal):
    """{day} lies outside the working calendar, which knows {first} to {last}. More years: satuatap calendar years."""

    code = "outside_calendar"


class DatesUpsideDown(Refusal):
    """{until} lies before {since}. Name the first day first."""

    code = "dates_upside_down"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why, and by which decree; an empty decree: by none."""

    reason: str
    decree: str = ""

    def require_decree(self, name: str) -> None:
        """Raises DecreeMissing."""
        if not self.decree:
            raise DecreeMissing(name=name)


def check_grounds(reason: str, decree: str = "") -> Grounds:
    """As somebody typed them, trimmed. Raises CalendarReasonMissing, TextTooLong, MalformedField, NotUtf8."""
    why = require_plain(Phrase("Reason"), reason.strip())
    if not why:
        raise CalendarReasonMissing
    if len(why) > LONGEST_REASON:
        raise TextTooLong(field=Phrase("Reason"), length=len(why), most=LONGEST_REASON)
    return Grounds(reason=why, decree=check_text(Phrase("Decree"), decree))


def check_text(field: str, text: str) -> str:
    """A short text on one line, trimmed; it may be empty. Raises TextTooLong, MalformedField, NotUtf8."""
    line = " ".join(require_plain(field, text).split())
    if len(line) > LONGEST_TEXT:
        raise TextTooLong(field=field, length=len(line), most=LONGEST_TEXT)
    return line


def require_inside(calendar: WorkingCalendar, *days: date) -> None:
    """The calendar knows the years of these days. Raises OutsideCalendar."""
    for day in days:
        if not calendar.is_known(day):
            raise OutsideCalendar(day=day, first=calendar.first_year, last=calendar.last_year)


def require_forward(since: date, until: date) -> None:
    """Raises DatesUpsideDown."""
    if since > until:
        raise DatesUpsideDown(since=since, until=until)
