"""The office clock of the tests: it stands still until a test moves it on."""

from datetime import datetime, timedelta

from tests.domain.people_of_the_mall import MORNING


class Clock:
    """Given to an Office as its clock."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, time: timedelta) -> datetime:
        """Moves on, and gives the new time."""
        self.now += time
        return self.now
