"""An application as it stands once time has been noticed, and how somebody is answered who had not noticed it.

What time does is ``time_passing``'s, and what is decided is everybody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from routing.domain.application import Application
from routing.domain.errors import Refusal
from routing.domain.ledger import Interval
from routing.domain.visits import Visit

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Standing:
    """An application as it stands, with what time has brought to it; and as somebody may still have seen it."""

    application: Application
    open_visits: Sequence[Visit]
    ledger: Sequence[Interval] = ()
    #: as it stood before time was noticed; None: nothing was pending
    before: Standing | None = None

    def judge(self, rule: Callable[[Standing], Answer]) -> Answer:
        """What the rule says of it as it stands. Raises what the rule raises.

        Where time has just taken away what somebody saw, what they could have been told before says more: that a limit
        of the law is over, and by which ground.
        """
        try:
            return rule(self)
        except Refusal:
            # What time has ended has ended, whatever became due after that.
            if self.before is not None and self.application.is_open is self.before.application.is_open:
                rule(self.before)
            raise

    def seen(self, version: int | None) -> int | None:
        """The version somebody saw, where nothing has happened since but that somebody was told something."""
        before = self.before
        if before is None or version != before.application.version or _has_moved(before.application, self.application):
            return version
        return self.application.version


def _has_moved(before: Application, after: Application) -> bool:
    """Whether anything but a warning lies between the two."""
    return (before.step, before.outcome, before.visit_count) != (after.step, after.outcome, after.visit_count)
