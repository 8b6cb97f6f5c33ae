"""``satuatap due``: what is due, of the whole office or of a desk, a unit, a service; and what stands still."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say

if TYPE_CHECKING:
    from datetime import datetime

    from routing.domain.days_left import DaysLeft
    from routing.office import Office
    from routing.reading.deadline_board import DuePage, DueRow, DueStay
    from routing.reading.due_queries import Place


def due(
    desk: Annotated[str, typer.Option(metavar="CODE", help="Only what lies at this desk.")] = "",
    unit: Annotated[str, typer.Option(metavar="CODE", help="Only what lies at this unit's desks.")] = "",
    service: Annotated[str, typer.Option(metavar="CODE", help="Only applications of this service.")] = "",
    within: Annotated[
        str, typer.Option(metavar="3d", help="Due within so many working days (3d), hours (4h) or minutes (30m).")
    ] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is late.")] = False,
    by: Annotated[
        str,
        typer.Option(
            metavar="CLOCK",
            help="promise, legal (the limit a law sets), desk (the desks' own time) or still (what stands still). "
            "Absent: desk where a desk or unit is named, else promise.",
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows on a page.")] = 100,
    after: Annotated[str, typer.Option(metavar="PLACE", help="The place the page before ended with.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is due, what is due first, first; what stands still is listed apart."""
    from dataclasses import replace

    from routing.domain.due_window import DueBy, due_by
    from routing.reading.catalogue import directory
    from routing.reading.deadline_board import DuePage, due_filter, due_page
    from routing.reading.due_places import place_text

    with open_office(data, needs_key=False) as office:
        with office.reading() as connection:
            known = directory(connection)
        wanted = due_filter(
            office,
            known,
            by=due_by(by) if by else None,
            desk=desk,
            unit=unit,
            service=service,
            within=within,
            overdue=overdue,
        )
        page = due_page(office, wanted, _place(after), limit)
        # Once, and not on every page; what is late stands still no more.
        apart = wanted.by is not DueBy.STILL and not after and not overdue
        still = due_page(office, replace(wanted, by=DueBy.STILL), None, limit) if apart else DuePage(rows=(), next=None)
        document: dict[str, Any] = {
            "by": wanted.by.value,
            "items": [_as_json(row) for row in page.rows],
            "next": place_text(page.next),
            "standing_still": [_as_json(row) for row in still.rows],
            "more_standing_still": still.next is not None,
        }
        say(document, as_json=as_json, words="\n".join(_lines(office, page, still)))


def _as_json(row: DueRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "service": row.service,
        "step": row.step,
        "visit": row.visit,
        "desks": [_stay(one) for one in row.stays],
        "promise": _left(row.promise),
        "legal": _left(row.legal),
        "standing_still": {
            "pause": row.still.pause.value,
            "since": row.still.since.isoformat(),
            "by": row.still.granted_by,
        }
        if row.still is not None
        else None,
        "deemed_at": _iso(row.deemed_at),
    }


def _stay(one: DueStay) -> dict[str, Any]:
    return {
        "visit": one.visit,
        "desk": one.desk,
        "step": one.step_code,
        "has_arrived": one.has_arrived,
        "due": _left(one.left),
        "holder": one.holder,
        "obstacle_at": _iso(one.obstacle_at),
    }


def _left(left: DaysLeft | None) -> dict[str, Any] | None:
    if left is None:
        return None
    count = -left.count if left.is_late else left.count
    return {
        "due_at": left.due.isoformat(),
        "state": left.nearness.value,
        "left": count,
        "counted": left.counted.value,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _lines(office: Office, page: DuePage, still: DuePage) -> Iterable[str]:
    for row in page.rows:
        yield _line(office, row)
    if not page.rows:
        yield "Nothing is due."
    if page.next is not None:
        from routing.reading.due_places import place_text

        yield f"There are more: --after {place_text(page.next)}"
    if still.rows:
        yield "Standing still:"
    for row in still.rows:
        yield _line(office, row)
    if still.next is not None:
        yield "There are more of them: --by still"


def _line(office: Office, row: DueRow) -> str:
    parts = [row.number, row.service, row.step]
    if row.still is not None:
        since = row.still.since.astimezone(office.time_zone)
        parts.append(f"stands still since {since:%Y-%m-%d %H:%M} ({row.still.pause}, {row.still.granted_by})")
    for name, left in (("promise", row.promise), ("legal limit", row.legal)):
        if left is not None:
            parts.append(f"{name} {_in_words(office, left)}")
    parts += [_stay_in_words(office, one) for one in row.stays if row.visit in (None, one.visit)]
    return "  ".join(parts)


def _stay_in_words(office: Office, one: DueStay) -> str:
    said = one.desk if one.has_arrived else f"on its way to {one.desk}"
    if one.holder is not None:
        said += f" ({one.holder})"
    if one.left is not None:
        said += f" {_in_words(office, one.left)}"
    return f"{said} OBSTACLE" if one.obstacle_at is not None else said


def _in_words(office: Office, left: DaysLeft) -> str:
    local = left.due.astimezone(office.time_zone)
    if left.counted == "minutes":
        return f"{local:%Y-%m-%d %H:%M} ({left.count} minutes {'late' if left.is_late else 'left'})"
    days = "days" if left.counted == "calendar-days" else "working days"
    said = "today" if left.nearness == "today" else f"{left.count} {days} {'late' if left.is_late else 'left'}"
    return f"{local:%Y-%m-%d} ({said})"


def _place(said: str) -> Place | None:
    """Raises MalformedField for what no page has ended with."""
    from routing.domain.errors import MalformedField
    from routing.reading.due_places import place_in

    place = place_in(said) if said else None
    if said and place is None:
        raise MalformedField(
            field="--after",
            problem=f"{said[:60]} is no place in this list",
            way_out="Give it as the page before ended.",
        )
    return place
