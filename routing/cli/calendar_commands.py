"""``satuatap calendar``: the working calendar is shown, its versions are told, and working days are counted by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

if TYPE_CHECKING:
    from routing.domain.calendar_differences import CalendarDifference
    from routing.domain.due_days import SkippedDay
    from routing.domain.working_calendar import DayOff, Season, WorkingCalendar
    from routing.office import Office
    from routing.reading.calendars import CalendarPage, CalendarStep

app = typer.Typer(help="The working calendar: show, change, and count working days by it.", no_args_is_help=True)


@app.command()
def show(
    year: Annotated[int | None, typer.Option(help="Absent: this year.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Number of a version. Absent: the one in force.")] = None,
    versions: Annotated[bool, typer.Option("--versions", help="List the versions and what each changed.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the days off of a year with hours and seasons, or the versions with who, when, why and by which decree."""
    from routing.domain.calendar_grounds import OutsideCalendar
    from routing.reading.calendars import calendar_page

    with open_office(data, needs_key=False) as office:
        if versions:
            _say_versions(office, as_json=as_json)
            return
        page = calendar_page(office, version)
        wanted = office.now().year if year is None else year
    known = page.calendar
    if not known.first_year <= wanted <= known.last_year:
        raise OutsideCalendar(day=str(wanted), first=known.first_year, last=known.last_year)
    say(_page_as_json(page, wanted), as_json=as_json, words="\n".join(_page_in_words(page, wanted)))


# A negative number is an argument, and refused as one.
@app.command(context_settings={"ignore_unknown_options": True})
def due(
    start: Annotated[str, typer.Argument(metavar="FROM", help="The day the file was complete, as 2026-03-13.")],
    working_days: Annotated[str, typer.Argument(metavar="WORKING_DAYS", help="How many; the day behind FROM is 1.")],
    explain: Annotated[bool, typer.Option("--explain", help="Name every day that does not count.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the date on which so many working days are over."""
    from routing.domain.calendar_days import read_day
    from routing.domain.due_days import due_day, read_working_days

    begins, count = read_day("FROM", start), read_working_days(working_days)
    with open_office(data, needs_key=False) as office:
        calendar = office.calendar()
    found = due_day(calendar, begins, count)
    said: dict[str, Any] = {"from": begins.isoformat(), "working_days": count, "due": found.due.isoformat()}
    said |= {"version": calendar.number, "is_estimated": found.is_estimated}
    if explain:
        said["skipped"] = [_skipped_as_json(one) for one in found.skipped]
    words = [found.due.isoformat(), *(_skipped_in_words(one) for one in found.skipped if explain)]
    say(said, as_json=as_json, words="\n".join(words))
    if found.is_estimated and not as_json:
        tell(f"estimate: not all of it is decreed; the calendar knows {calendar.first_year} to {calendar.last_year}")


def _page_as_json(page: CalendarPage, year: int) -> dict[str, Any]:
    from routing.domain.audit_chain import rfc3339
    from routing.domain.opening_hours import hours_text

    calendar, made = page.calendar, page.version
    return {
        "version": made.number, "hash": made.content_hash, "is_in_force": page.is_in_force,
        "made_at": rfc3339(made.made_at), "made_by": made.made_by, "reason": made.reason, "decree": made.decree,
        "zone": calendar.zone, "first_year": calendar.first_year, "last_year": calendar.last_year,
        "year": year, "working_days": _working_days(calendar, year),
        "days_off": [_day_as_json(one) for one in calendar.days_off if one.day.year == year],
        "hours": hours_text(calendar.hours),
        "seasons": [_season_as_json(one) for one in calendar.seasons if year in (one.since.year, one.until.year)],
        "counters": {code: hours_text(week) for code, week in calendar.counters.items()},
    }  # fmt: skip


def _page_in_words(page: CalendarPage, year: int) -> Iterator[str]:
    said = _page_as_json(page, year)
    decree = f" ({said['decree']})" if said["decree"] else ""
    yield f"version {said['version']} of {said['made_at'][:10]}, by {said['made_by']}: {said['reason']}{decree}"
    yield f"{said['zone']}, {said['first_year']} to {said['last_year']}"
    yield f"hours  {said['hours']}"
    for season in said["seasons"]:
        yield f"{season['name']}  {season['since']} to {season['until']}{_mark(season)}  {season['hours']}"
    for code, hours in said["counters"].items():
        yield f"counter {code}  {hours}"
    for one in said["days_off"]:
        yield f"{_with_weekday(one['day'])}  {one['kind']:16}  {_name_in_words(one)}"
    yield f"{said['working_days']} working days in {year}"


def _say_versions(office: Office, *, as_json: bool) -> None:
    from routing.reading.calendars import calendar_versions_told

    told: list[CalendarStep] = []
    while steps := calendar_versions_told(office, before=told[-1].version.number if told else None):
        told += steps
    rows = [_step_as_json(one) for one in told]
    say({"versions": rows}, as_json=as_json, words="\n".join(line for row in rows for line in _step_in_words(row)))


def _step_as_json(step: CalendarStep) -> dict[str, Any]:
    from routing.domain.audit_chain import rfc3339

    made = step.version
    said = {"version": made.number, "hash": made.content_hash, "made_at": rfc3339(made.made_at)}
    said |= {"made_by": made.made_by, "reason": made.reason, "decree": made.decree}
    return said | (_difference_as_json(step.difference) if step.difference is not None else {})


def _difference_as_json(found: CalendarDifference) -> dict[str, Any]:
    return {
        "added": [_day_as_json(one) for one in found.added],
        "removed": [_day_as_json(one) for one in found.removed],
        "changed": [_day_as_json(after) for _, after in found.changed],
        "seasons_added": [_season_as_json(one) for one in found.seasons_added],
        "seasons_removed": [_season_as_json(one) for one in found.seasons_removed],
        "counters": list(found.counters),
        "has_other_hours": found.has_other_hours,
        "last_year": found.years[1] if found.years is not None else None,
    }


def _step_in_words(row: dict[str, Any]) -> Iterator[str]:
    decree = f" ({row['decree']})" if row["decree"] else ""
    yield f"{row['version']}  {row['made_at'][:16]}Z  {row['made_by']}  {row['reason']}{decree}"
    for sign, name in (("+", "added"), ("-", "removed"), ("~", "changed")):
        for one in row.get(name, ()):
            yield f"   {sign} {_with_weekday(one['day'])}  {_name_in_words(one)}"
    for sign, name in (("-", "seasons_removed"), ("+", "seasons_added")):
        for one in row.get(name, ()):
            yield f"   {sign} {one['name']}  {one['since']} to {one['until']}{_mark(one)}"
    for code in row.get("counters", ()):
        yield f"   ~ hours of {code}"
    if row.get("has_other_hours"):
        yield "   ~ hours of the office"
    if row.get("last_year"):
        yield f"   + until {row['last_year']}"


def _day_as_json(one: DayOff) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "name": one.name,
        "kind": one.kind.value,
        "is_estimated": one.is_estimated,
        "decree": one.decree or None,
    }


def _season_as_json(one: Season) -> dict[str, Any]:
    from routing.domain.opening_hours import hours_text

    said = {"name": one.name, "since": one.since.isoformat(), "until": one.until.isoformat()}
    return {**said, "is_estimated": one.is_estimated, "hours": hours_text(one.hours)}


def _skipped_as_json(one: SkippedDay) -> dict[str, Any]:
    said = {"day": one.day.isoformat(), "is_weekend": one.is_weekend}
    return {**said, "day_off": _day_as_json(one.day_off) if one.day_off is not None else None}


def _skipped_in_words(one: SkippedDay) -> str:
    why = ["weekend"] if one.is_weekend else []
    if one.day_off is not None:
        why.append(_name_in_words(_day_as_json(one.day_off)))
    return f"{_with_weekday(one.day.isoformat())}  {', '.join(why)}"


def _name_in_words(said: dict[str, Any]) -> str:
    decree = f" [{said['decree']}]" if said["decree"] else ""
    return f"{said['name']}{_mark(said)}{decree}"


def _mark(said: dict[str, Any]) -> str:
    return " (estimate)" if said["is_estimated"] else ""


def _with_weekday(day: str) -> str:
    return f"{day} {date.fromisoformat(day):%a}"


def _working_days(calendar: WorkingCalendar, year: int) -> int:
    days = calendar.working
    return days.number_of(date(year, 12, 31)) - days.number_of(date(year, 1, 1) - timedelta(days=1))
