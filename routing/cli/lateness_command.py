"""``satuatap lateness``: which cases of a log were late, and which would have been had working days been counted."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say
from routing.formats.log_lines import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routing.domain.lateness import Lateness
    from routing.domain.working_calendar import WorkingCalendar
    from routing.office import Office

#: So many years behind the last case its end can lie.
_YEARS_AHEAD = 5


def lateness(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="A service that was derived from a log.")],
    country: Annotated[
        str | None,
        typer.Option(help="Code of the country whose holidays count, NL for one. Absent: the office's own calendar."),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Time zone of the log's office, Europe/Amsterdam for one. Absent: this one's.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one line a case.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell case by case what was late as the log counts, by the program's clock, and in working days."""
    from routing.domain.lateness import lateness as told
    from routing.reading.case_times import case_times

    with open_office(data, needs_key=False) as office:
        times = list(case_times(office, service))
        calendar = _calendar(office, country, zone, [year for one in times for year in (one.began.year, one.due.year)])
        cases = [told(one, calendar) for one in times]
    if as_csv:
        rows = csv.DictWriter(sys.stdout, fieldnames=list(_COLUMNS))
        rows.writeheader()
        rows.writerows({name: harmless(value) for name, value in _row(one).items()} for one in cases)
        return
    totals = _totals(service, cases)
    say(totals | {"cases": [_row(one) for one in cases]}, as_json=as_json, words=_in_words(totals, cases))


def _calendar(office: Office, country: str | None, zone: str | None, years: Sequence[int]) -> WorkingCalendar:
    """This office's hours, with the days off of the log's country in its time zone. Raises MalformedField."""
    from zoneinfo import ZoneInfo

    from routing.catalogue.public_holidays import national_days_off
    from routing.domain.errors import MalformedField

    calendar = office.calendar()
    changed: dict[str, Any] = {}
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (LookupError, ValueError, OSError):
            problem, way_out = f"no time zone is called {zone[:60]}", "Write Europe/Amsterdam, for one."
            raise MalformedField(field="--zone", problem=problem, way_out=way_out) from None
        changed["zone"] = zone
    if country is not None and years:
        first, last = min(years), max(years) + _YEARS_AHEAD
        try:
            days_off = national_days_off(range(first, last + 1), country=country)
        except NotImplementedError:
            problem, way_out = f"no holidays are known of {country[:60]}", "Write NL, for one."
            raise MalformedField(field="--country", problem=problem, way_out=way_out) from None
        changed |= {"first_year": first, "last_year": last, "days_off": days_off, "seasons": (), "counters": {}}
    return calendar.model_copy(update=changed)


_COLUMNS = ("case", "number", "began", "due", "ended", "late_in_log", "late", "calendar_days", "working_days",
            "due_in_working_days", "late_in_working_days", "moved_days", "reasons")  # fmt: skip


def _row(one: Lateness) -> dict[str, Any]:
    times = one.times
    values = (times.case, times.number, times.began.isoformat(), times.due.isoformat(),
              times.ended.isoformat() if times.ended is not None else None, one.is_late_in_log, one.is_late,
              one.calendar_days, one.working_days, one.due_in_working_days.isoformat(), one.is_late_in_working_days,
              one.moved, "; ".join(one.reasons))  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _totals(service: str, cases: Sequence[Lateness]) -> dict[str, Any]:
    closed = [one for one in cases if one.times.ended is not None]
    return {
        "service": service,
        "due": len(cases),
        "closed": len(closed),
        "late_in_log": sum(one.is_late_in_log for one in closed),
        "late": sum(one.is_late for one in closed),
        "unlike_log": sum(one.is_late != one.is_late_in_log for one in closed),
        "late_in_working_days": sum(one.is_late_in_working_days for one in closed),
        "no_longer_late": sum(one.is_late_in_log and not one.is_late_in_working_days for one in closed),
        "newly_late": sum(one.is_late_in_working_days and not one.is_late_in_log for one in closed),
    }


def _in_words(totals: dict[str, Any], cases: Sequence[Lateness]) -> str:
    lines = [
        "{service}: {due} cases were due, {closed} are closed.".format(**totals),
        "As the log counts {late_in_log} were late; by the program's clock {late}, {unlike_log} of them unlike the "
        "log.".format(**totals),
        "In working days {late_in_working_days} were late: {no_longer_late} no longer, {newly_late} newly.".format(
            **totals
        ),
    ]
    lines += [_told_otherwise(one) for one in cases if one.is_told_otherwise]
    return "\n".join(lines)


def _told_otherwise(one: Lateness) -> str:
    times = one.times
    ended = times.ended.isoformat(timespec="minutes") if times.ended is not None else "-"
    became = "late" if one.is_late_in_working_days else "in time"
    return (
        f"{times.case}: {one.calendar_days} calendar days, due {times.due.isoformat(timespec='minutes')}; "
        f"{one.working_days} working days, due {one.due_in_working_days.isoformat()} ({one.moved:+d} days): "
        f"{became}, ended {ended}. {'; '.join(one.reasons)}"
    ).rstrip()
