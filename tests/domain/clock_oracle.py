"""When a promise ends, told a second time: by walking through the days one after the other, with nothing of the engine.

Written from the rules alone: the day after the file was complete is day 1; what comes in after closing time counts as
the next day; a day counts when the office has the ball at its close of business; and what the policies say of pauses.
Slow, and that is the point: there is no arithmetic in it but adding one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: Beyond so many days nothing of these tests is due.
_FAR = 3000
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """From this moment on the ball lies there: ``running``, a kind of pause, or ``ended``."""

    at: datetime
    state: str


@dataclass(frozen=True)
class Policy:
    """What a service says of its promise, as plain words."""

    count: int
    day_one: str = "next"
    received_until: time | None = None
    counts: str = "working-days"
    pauses: str | None = "pause"
    extended_by: int = 0
    most_paused: int | None = None
    #: of these, days on which it is not the applicant's turn
    most_suspended: int | None = None


class Days:
    """A calendar from its bare lists: what is off, and when it closes on which weekday."""

    def __init__(self, written: dict[str, Any], counts: str) -> None:
        self.zone = ZoneInfo(written["zone"])
        self._every = counts == "calendar-days"
        self._off = {one["day"] for one in written["days_off"]}
        self._hours = written["hours"]
        self._seasons = written["seasons"]

    def counts(self, day: date) -> bool:
        return self._every or (bool(self._hours[day.weekday()]) and day not in self._off)

    def closes(self, day: date) -> datetime:
        if self._every:
            return datetime.combine(day, time(23, 59, 59), self.zone)
        hours = self._hours
        for season in reversed(self._seasons):
            if season["since"] <= day <= season["until"]:
                hours = season["hours"]
        return datetime.combine(day, hours[day.weekday()][-1]["until"], self.zone)

    def first(self, policy: Policy, at: datetime) -> date:
        """Day 1 of what is complete at that moment."""
        local = at.astimezone(self.zone)
        received = local.date()
        if self.counts(received):
            last = self.closes(received)
            if policy.received_until is not None:
                last = datetime.combine(received, policy.received_until, self.zone)
            if local > last:
                received += _DAY
        while not self.counts(received):
            received += _DAY
        if policy.day_one == "same" or policy.count == 0:
            return received
        received += _DAY
        while not self.counts(received):
            received += _DAY
        return received


def due_by_hand(days: Days, policy: Policy, told: Sequence[Event]) -> date | None:
    """The day on which the last promised day ends; None: it stands still. ``told``: in the order of time."""
    counting = _Counting(days, policy, told)
    for _ in range(_FAR):
        if counting.is_over_after_this_day():
            return counting.day
        if counting.stands_for_ever():
            return None
        counting.day += _DAY
    raise AssertionError("nothing of these tests is due so late")


class _Counting:
    """Where somebody is who goes through the days with a finger."""

    def __init__(self, days: Days, policy: Policy, told: Sequence[Event]) -> None:
        self.days, self.policy, self.events = days, policy, list(told)
        self.day = told[0].at.astimezone(days.zone).date()
        self.first = days.first(policy, told[0].at)
        self.needed = policy.count or 1
        self.counted = self.paused = self.suspended = 0
        self.is_extended = self.is_repaired = False
        self.state = "not begun"
        self.pauses_stop = policy.pauses in ("pause", "restart")

    def is_over_after_this_day(self) -> bool:
        """What happens to it until it closes, and whether it counts."""
        if not self.days.counts(self.day):
            return False
        while self.events and self.events[0].at <= self.days.closes(self.day):
            self._happens(self.events.pop(0))
        if self.state == "not begun":
            # Complete only after closing, the file was not with the office at the close of that day.
            return False
        # What nothing stops goes on while the application is stopped, too.
        if self.day < self.first or (self.state == "ended" and self.policy.pauses is not None):
            return False
        if self.state != "running" and self.pauses_stop and not self._is_used_up():
            self.paused += 1
            self.suspended += self._is_suspended()
            return False
        self.counted += 1
        return self.counted == self.needed

    def stands_for_ever(self) -> bool:
        """Nothing happens any more, and nothing is counted."""
        if self.events or self.state == "running":
            return False
        if self.state == "ended" or not self.pauses_stop:
            return self.state == "ended"
        has_bound = self.policy.most_suspended is not None and self._is_suspended()
        return self.policy.most_paused is None and not has_bound

    def _happens(self, event: Event) -> None:
        self.state = event.state
        if event.state == "running":
            if self.is_repaired and self.policy.pauses == "restart":
                self.first, self.counted = self.days.first(self.policy, event.at), 0
            self.is_repaired = False
        elif event.state != "ended":
            self.is_repaired = self.is_repaired or event.state == "repair"
            if self.policy.pauses == "extend-once" and not self.is_extended:
                self.is_extended, self.needed = True, self.needed + self.policy.extended_by

    def _is_used_up(self) -> bool:
        bound = self.policy.most_suspended if self._is_suspended() else None
        if bound is not None and self.suspended >= bound:
            return True
        return self.policy.most_paused is not None and self.paused >= self.policy.most_paused

    def _is_suspended(self) -> bool:
        return self.state not in ("repair", "payment")
