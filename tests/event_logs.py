"""Small logs of our own, as values and as files: who did what, where, and when."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from routing.formats.event_log import AttributeValue, EventLog, LogCase, LogEvent
from tests.domain.people_of_the_mall import LAST_YEAR

#: activity, resource, group
Told = tuple[str, str | None, str | None]


def case(
    name: str, *events: Told, starts: int = 0, every: timedelta = timedelta(hours=1), **attributes: AttributeValue
) -> LogCase:
    """A case that begins ``starts`` minutes into last year, an event every hour."""
    first = LAST_YEAR + timedelta(minutes=starts)
    return LogCase(
        name=name,
        attributes=attributes,
        events=tuple(
            LogEvent(activity=activity, resource=resource, group=group, at=first + place * every, lifecycle="complete")
            for place, (activity, resource, group) in enumerate(events)
        ),
    )


def log_of(*cases: LogCase) -> EventLog:
    return EventLog(cases=cases, name="receipts")


RECEIVE: Told = ("Terima berkas", "Resource01", "Loket")
CHECK: Told = ("Periksa", "Resource02", "Teknis")
ASK: Told = ("Minta perbaikan", "Resource02", "Teknis")
DECIDE: Told = ("Putuskan", "Resource03", "Kepala")
ARCHIVE: Told = ("Arsipkan", None, None)


def receipts() -> EventLog:
    """Six cases, 21 events: overlapping, one with a loop, one still open, one of a single event, some tied in time."""
    return log_of(
        case("case-1", RECEIVE, CHECK, DECIDE, ARCHIVE, starts=0),
        case("case-2", RECEIVE, CHECK, ASK, CHECK, DECIDE, ARCHIVE, starts=30),
        case("case-3", RECEIVE, CHECK, DECIDE, ARCHIVE, starts=45, every=timedelta(0)),
        case("case-4", RECEIVE, CHECK, starts=60),
        case("case-5", ARCHIVE, starts=60),
        case("case-6", RECEIVE, CHECK, DECIDE, ARCHIVE, starts=61, channel="Internet", amount=12.5, urgent=True),
    )


def events_of(log: EventLog) -> Mapping[str, Sequence[LogEvent]]:
    """The events of each case."""
    return {one.name: one.events for one in log.cases}
