"""``satuatap calendar recompute``: every open application by the calendar in force, and what is due at another time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

if TYPE_CHECKING:
    from datetime import datetime

    from routing.domain.recounting import MovedDue, Recount
    from routing.domain.working_calendar import WorkingCalendar
    from routing.reading.calendars import CalendarVersion

#: Lines after which the rest is only counted; the JSON document names each.
_MOST_LINES = 500


def recompute(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would move, and write nothing.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count every open application by the calendar in force, and tell which due dates moved from what to what."""
    from routing.actions.recount import recount_open
    from routing.reading.calendars import versions_numbered

    moved: list[dict[str, Any]] = []
    looked_at = told = 0
    with open_office(data, needs_key=False) as office:
        calendar = office.calendar()
        for some in recount_open(office, dry_run=dry_run):
            looked_at += len(some)
            for one in some:
                if one.move is None:
                    continue
                before = one.move.before
                counted_by = office.calendar(before.calendar) if before is not None and before.calendar else None
                moved.append(_document(one, calendar, counted_by))
                if not as_json and told < _MOST_LINES:
                    told += _lines(one, calendar)
        oldest = min((one["calendar_before"] or calendar.number for one in moved), default=calendar.number)
        with office.reading() as connection:
            why = versions_numbered(connection, oldest + 1, calendar.number)
    if told >= _MOST_LINES:
        tell("... and more; --json names each.")
    document = {"looked_at": looked_at, "moved": len(moved), "written": not dry_run, "calendar": calendar.number,
                "why": [_reason(one) for one in why], "applications": moved}  # fmt: skip
    words = f"{looked_at} open applications counted by calendar {calendar.number}, {len(moved)} due at another time"
    words += "; nothing was written." if dry_run else "."
    because = [f"Calendar {one.number}: {one.reason}" + (f" ({one.decree})" if one.decree else "") for one in why]
    say(document, as_json=as_json, words="\n".join([words, *because]))


def _document(one: Recount, calendar: WorkingCalendar, counted_by: WorkingCalendar | None) -> dict[str, Any]:
    return {
        "application": one.after.number,
        # null: it was never counted before.
        "calendar_before": counted_by.number if counted_by is not None else None,
        "due": [
            {"what": _what(each), "from": _iso(calendar, each.before), "to": _iso(calendar, each.after)}
            for each in one.moved
        ],
    }


def _lines(one: Recount, calendar: WorkingCalendar) -> int:
    """Says each due date that moved in a line; how many."""
    for each in one.moved:
        before, after = _day(calendar, each.before), _day(calendar, each.after)
        typer.echo(f"{one.after.number:<32} {_what(each):<12} {before} -> {after}")
    return len(one.moved)


def _what(moved: MovedDue) -> str:
    return f"visit {moved.about}" if moved.about.isdigit() else moved.about


def _iso(calendar: WorkingCalendar, at: datetime | None) -> str | None:
    return calendar.local(at).isoformat() if at is not None else None


def _day(calendar: WorkingCalendar, at: datetime | None) -> str:
    if at is None:
        return "none      "
    local = calendar.local(at)
    # A limit in days ends with its day; one in minutes has a minute.
    is_day = (local.hour, local.minute, local.second) == (23, 59, 59)
    return f"{local:%Y-%m-%d}" if is_day else f"{local:%Y-%m-%d %H:%M}"


def _reason(version: CalendarVersion) -> dict[str, Any]:
    return {"number": version.number, "reason": version.reason, "decree": version.decree, "by": version.made_by}
