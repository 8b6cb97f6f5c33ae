"""``satuatap calendar add`` and its like: an administrator changes the working calendar, for a reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

if TYPE_CHECKING:
    from routing.domain.calendar_changes import CalendarChange

ReasonOption = Annotated[str, typer.Option(help="Why, in words.")]
DecreeOption = Annotated[
    str, typer.Option(help="The decree it rests on; needed where the nation gives the day, or the day is over.")
]
ByOption = Annotated[str, typer.Option(metavar="ACCOUNT", help="The administrator who changes it.")]
DayArgument = Annotated[str, typer.Argument(metavar="DATE", help="As 2026-11-27.")]

#: Said after every change: due dates follow by a step of their own.
_RECOUNTED = "Open applications are recounted by `satuatap calendar recompute`, or by the beat within a minute."


def add_change_commands(app: typer.Typer) -> None:
    """Teaches the group the commands of this module."""
    for command in (add, remove, confirm, season, hours, years):
        app.command()(command)


def add(
    day: DayArgument,
    until: Annotated[str, typer.Argument(metavar="[UNTIL]", help="The last of several days.")] = "",
    name: Annotated[str, typer.Option(help="What the day is called.")] = "",
    kind: Annotated[str, typer.Option(metavar="local|public|collective-leave")] = "local",
    reason: ReasonOption = "",
    decree: DecreeOption = "",
    by: ByOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a day, or all from DATE to UNTIL, on the list of days off."""
    from routing.domain.acting import check_day
    from routing.domain.calendar_days import AddDaysOff, read_day, read_kind

    change = AddDaysOff(
        since=read_day("DATE", day), until=check_day("UNTIL", until), name=name, kind=read_kind(kind)
    )  # fmt: skip
    _keep(change, reason, decree, by, data, as_json=as_json)


def remove(
    day: DayArgument,
    reason: ReasonOption = "",
    decree: DecreeOption = "",
    by: ByOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a day off the list: an estimate proved wrong, or the day was moved."""
    from routing.domain.calendar_days import RemoveDayOff, read_day

    _keep(RemoveDayOff(day=read_day("DATE", day)), reason, decree, by, data, as_json=as_json)


def confirm(
    day: DayArgument,
    reason: ReasonOption = "",
    decree: DecreeOption = "",
    by: ByOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that an estimated day has been decreed."""
    from routing.domain.calendar_days import ConfirmDayOff, read_day

    _keep(ConfirmDayOff(day=read_day("DATE", day)), reason, decree, by, data, as_json=as_json)


def season(
    since: Annotated[str, typer.Argument(metavar="SINCE", help="Its first day.")],
    until: Annotated[str, typer.Argument(metavar="[UNTIL]", help="Its last day.")] = "",
    name: Annotated[str, typer.Option(help="What it is called.")] = "Ramadan",
    week: Annotated[
        str,
        typer.Option("--hours", metavar="WEEK", help="As calendar hours takes them. Absent: those it had before."),
    ] = "",
    is_removed: Annotated[bool, typer.Option("--remove", help="Take away the season that holds SINCE.")] = False,
    reason: ReasonOption = "",
    decree: DecreeOption = "",
    by: ByOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the first and last day of Ramadan, or of another time with hours of its own."""
    from routing.domain.calendar_days import read_day
    from routing.domain.calendar_hours import RemoveSeason, SetSeason
    from routing.domain.opening_hours import read_hours

    first = read_day("SINCE", since)
    change: CalendarChange = RemoveSeason(day=first)
    if not is_removed:
        read = read_hours(week) if week.strip() else None
        change = SetSeason(since=first, until=read_day("UNTIL", until), name=name, hours=read)
    _keep(change, reason, decree, by, data, as_json=as_json)


def hours(
    week: Annotated[
        str,
        typer.Argument(metavar="WEEK", help="As 'mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30', or usual."),
    ],
    counter: Annotated[str, typer.Option(metavar="DESK", help="Of this counter only. Absent: of the office.")] = "",
    reason: ReasonOption = "",
    decree: DecreeOption = "",
    by: ByOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the office's week, or a counter's; `usual` with --counter: the counter is open as the office is."""
    from routing.domain.calendar_hours import SetCounterHours, SetOfficeHours
    from routing.domain.opening_hours import read_hours

    own = None if counter and week.strip() == "usual" else read_hours(week)
    change = SetOfficeHours(hours=own) if not counter and own else SetCounterHours(counter=counter, hours=own)
    _keep(change, reason, decree, by, data, as_json=as_json)


def years(
    last_year: Annotated[int, typer.Argument(metavar="LAST_YEAR", help="The calendar reaches to its end.")],
    reason: ReasonOption = "",
    decree: DecreeOption = "",
    by: ByOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add years, and take anew those that were all estimates and are decreed by now; the office's own days stay."""
    from routing.domain.calendar_days import AddYears

    _keep(AddYears(last_year=last_year), reason, decree, by, data, as_json=as_json)


def _keep(
    change: CalendarChange, reason: str, decree: str, by: str, data: Path | None, *, as_json: bool
) -> None:  # fmt: skip
    from routing.actions.keep_calendar import keep_calendar
    from routing.domain.calendar_grounds import check_grounds
    from routing.domain.errors import MalformedField
    from routing.reading.catalogue import person_with_code

    grounds = check_grounds(reason, decree)
    if not by.strip():
        raise MalformedField(field="--by", problem="it is empty", way_out="Name the administrator's account.")
    with open_office(data, needs_key=False) as office:
        with office.reading() as connection:
            person = person_with_code(connection, by.strip())
        after = keep_calendar(office, change, grounds, by=person.id)
    said = {"version": after.number, "hash": after.content_hash}
    say(said, as_json=as_json, words=f"version {after.number} of the working calendar is in force")
    tell(_RECOUNTED)
