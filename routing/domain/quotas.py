"""How many applications of a service are taken, and when: quotas and windows. Counting them is ``storage``'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from routing.domain.desks import Frozen
from routing.domain.errors import Refusal
from routing.domain.fields import Fact, FieldCode

_MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Window(Frozen):
    """The days of every year on which it can be handed in, the first and the last among them; may span New Year."""

    opens: _MonthDay
    closes: _MonthDay

    def holds(self, day: date) -> bool:
        """Whether that day lies in it."""
        here = f"{day.month:02}-{day.day:02}"
        if self.opens <= self.closes:
            return self.opens <= here <= self.closes
        return here >= self.opens or here <= self.closes


class Quota(Frozen):
    """At most so many applications of a year (of a month) that say the same in a field of the form."""

    most: Annotated[int, Field(ge=1, le=1_000_000)]
    #: the field of the form that is counted by; None: all applications of the service together
    per: FieldCode | None = None
    every: Literal["year", "month"] = "year"

    def counted_as(self, form: Mapping[str, Fact], day: date) -> str:
        """What an application with this form, handed in on that day, is counted under."""
        period = f"{day.year:04}" if self.every == "year" else f"{day.year:04}-{day.month:02}"
        return f"{period}/{form.get(self.per) if self.per is not None else ''}"


class QuotaUsedUp(Refusal):
    """{service} takes at most {most} applications a {every} for one and the same {per}, and so many are in already.
    What was handed in counts even where it was withdrawn. Come back in the next {every}.
    """

    code = "quota_used_up"


class OutsideWindow(Refusal):
    """{service} is taken from {opens} to {closes} only. Come back then."""

    code = "outside_window"


def require_in_window(service: str, windows: Sequence[Window], day: date) -> None:
    """It may be handed in on that day. Raises OutsideWindow."""
    if windows and not any(window.holds(day) for window in windows):
        nearest = min(windows, key=lambda window: (window.opens < f"{day.month:02}-{day.day:02}", window.opens))
        raise OutsideWindow(service=service, opens=nearest.opens, closes=nearest.closes)
