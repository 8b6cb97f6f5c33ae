"""``satuatap audit marks``: what an auditor should look at, without searching."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say
from routing.domain.errors import MalformedField

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from routing.reading.marks import MarkRow


def marks(
    mark: Annotated[
        str,
        typer.Option(
            help="late-return, late-pause, repeated-return, restart, taken-back, moved-limit, granted-pause, deemed, "
            "limit-passed. Absent: all.",
        ),
    ] = "",
    service: Annotated[str, typer.Option(metavar="CODE", help="Only applications of this service.")] = "",
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="From this day on, as 2026-11-23.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="Until this day, inclusive.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The newest so many.")] = 1000,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List late and repeated returns, restarts, granted pauses, deemed approvals and passed limits, newest first."""
    from routing.domain.errors import UnknownService
    from routing.reading.catalogue import service_codes
    from routing.reading.marks import MarkFilter, mark_named, marks_page

    with open_office(data, needs_key=False) as office:
        if service and service not in (known := service_codes(office)):
            raise UnknownService(service=service[:100], known=", ".join(known) or "-")
        zone = office.time_zone
        wanted = MarkFilter(
            mark=mark_named(mark),
            service=service,
            since=midnight("--from", since, zone),
            until=midnight("--to", until, zone, days_later=1),
        )
        page = marks_page(office, wanted, None, limit)
        lines = [_line(row, zone) for row in page.rows] or ["No mark."]
        if page.next is not None:
            lines.append("There are older ones: choose an earlier --to, or a higher --limit.")
        document = {"items": [_as_json(row) for row in page.rows], "more": page.next is not None}
        say(document, as_json=as_json, words="\n".join(lines))


def midnight(option: str, said: str, zone: ZoneInfo, days_later: int = 0) -> datetime | None:
    """The beginning of a day somebody typed, or of one behind it; None: nothing was typed. Raises MalformedField."""
    if not said:
        return None
    try:
        day = datetime.strptime(said, "%Y-%m-%d").date() + timedelta(days=days_later)  # noqa: DTZ007 - a date
    except (ValueError, OverflowError):
        raise MalformedField(
            field=option, problem=f"{said[:40]} is no day of the calendar", way_out="Write it as 2026-11-23."
        ) from None
    return datetime.combine(day, time(), tzinfo=zone)


def _line(row: MarkRow, zone: ZoneInfo) -> str:
    at = row.at.astimezone(zone)
    return (
        f"{at:%Y-%m-%d %H:%M}  {row.mark}  {row.number}  entry {row.seq} ({row.kind})  {row.desk or '-'}  {row.actor}"
    )


def _as_json(row: MarkRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "service": row.service,
        "mark": row.mark.value,
        "at": row.at.isoformat(),
        "actor": row.actor,
        "desk": row.desk,
        "seq": row.seq,
        "kind": row.kind,
    }
