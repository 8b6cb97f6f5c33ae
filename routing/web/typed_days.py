"""Days typed into the filters of a list become moments: from the beginning of one to the end of another."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from routing.domain.errors import MalformedField
from routing.domain.phrases import Phrase
from routing.office import Office

#: Days before and after mean these: nothing is older or younger, and further out the calendar has no room for a zone.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def from_until(office: Office, since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """The first moment of the one day, and the first that lies behind the other; None: nothing was typed.

    In the office's time zone. Raises MalformedField for a date that is none.
    """
    last = _midnight(office, until)
    return _midnight(office, since), last + timedelta(days=1) if last is not None else None


def _midnight(office: Office, typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        day = min(max(date.fromisoformat(typed), _FIRST_DAY), _LAST_DAY)
    except ValueError as error:
        raise MalformedField(
            field=Phrase("Date"),
            problem=Phrase("{text} is no day of the calendar", text=typed[:40]),
            way_out=Phrase("Write it as 2026-11-23."),
        ) from error
    return datetime.combine(day, time(), tzinfo=office.time_zone)
