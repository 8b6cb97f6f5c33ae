"""The working calendar gets a new version: by an administrator, for a reason, and by a decree where it takes one.

Open applications keep the version they were counted by until they are recounted, which is an action of its own: it
finds them by the version they name, so nothing has to be left for it here.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

from routing.catalogue.public_holidays import national_days_off, national_seasons
from routing.domain.calendar_changes import CalendarChange, changed
from routing.domain.calendar_days import LAST_YEAR, AddYears
from routing.domain.calendar_grounds import Grounds
from routing.domain.errors import Kind, Refusal
from routing.domain.people import OFFICE, Action, require
from routing.domain.receipts import Once
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.transaction import Transaction

#: How often a change is made anew on what somebody else left at the same moment.
_TRIES = 5


class CalendarJustChanged(Refusal):
    """Others are changing the working calendar at this very moment. Look at the version in force, then try again."""

    code = "calendar_just_changed"
    kind = Kind.STALE


def keep_calendar(office: Office, change: CalendarChange, grounds: Grounds, *, by: int) -> WorkingCalendar:
    """The new version, in force; ``by``: the administrator's id.

    Of two changes at the same moment the second is made on what the first left, or refused if it makes no sense there.
    Raises NotAllowed, CalendarJustChanged and what ``changed`` raises.
    """
    for _ in range(_TRIES):
        with suppress(AlreadyWritten), office.transaction() as tx:
            return _keep(office, tx, change, grounds, by)
    raise CalendarJustChanged


def keep_calendar_once(office: Office, change: CalendarChange, grounds: Grounds, *, once: Once) -> str:
    """As ``keep_calendar``, and the same request again changes nothing: number and hash of the version, as JSON.

    Raises also IdempotencyKeyReused.
    """

    def act(tx: Transaction) -> str:
        after = _keep(office, tx, change, grounds, once.person_id)
        return json.dumps({"version": after.number, "hash": after.content_hash})

    for _ in range(_TRIES):
        with suppress(AlreadyWritten):
            return office.answered_once(once, act)
    raise CalendarJustChanged


def _keep(office: Office, tx: Transaction, change: CalendarChange, grounds: Grounds, by: int) -> WorkingCalendar:
    person, now = tx.people.with_id(by), office.now()
    require(person, Action.KEEP_CALENDAR, OFFICE, now)
    before = office.calendar(tx=tx)
    if isinstance(change, AddYears):
        change = _with_the_nations_list(change, before)
    today = before.local(now).date()
    after = changed(before, change, grounds, today=today, counters=tx.published.counters())
    tx.calendars.add(after, by=person.code, at=now, reason=grounds.reason, decree=grounds.decree or None)
    return after


def _with_the_nations_list(change: AddYears, calendar: WorkingCalendar) -> AddYears:
    """What may be taken anew are years with estimates; a decree never comes for a year that has gone by without."""
    first = min((one.day.year for one in calendar.days_off if one.is_estimated), default=calendar.last_year + 1)
    days = national_days_off(range(first, min(change.last_year, LAST_YEAR) + 1))
    return replace(change, national=days, seasons=national_seasons(days))
