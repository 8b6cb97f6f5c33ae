"""``satuatap audit signals``: what the log finds by itself, counted, or the entries behind one signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.audit_marks_command import midnight
from routing.cli.opening import DataOption, JsonOption, open_office, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from routing.domain.signal_definitions import Definition
    from routing.office import Office
    from routing.reading.integrity_signals import SignalCount, SignalFilter, SignalRow


def signals(
    signal: Annotated[str | None, typer.Argument(metavar="[SIGNAL]", help="Its entries. Absent: all, counted.")] = None,
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="From this day on. Absent: 30 days.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Until this day, inclusive.")] = "",
    unit: Annotated[str, typer.Option(metavar="CODE", help="Only desks of this agency.")] = "",
    desk: Annotated[str, typer.Option(metavar="CODE", help="Only this desk.")] = "",
    service: Annotated[str, typer.Option(metavar="CODE", help="Only applications of this service.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many entries.")] = 1000,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the integrity signals of a period: how often each was raised, or the entries that raised one."""
    from routing.domain.errors import UnknownService
    from routing.domain.integrity_signals import signal_named
    from routing.reading.catalogue import service_codes
    from routing.reading.integrity_signals import SignalFilter

    named = signal_named(signal) if signal is not None else None
    with open_office(data, needs_key=False) as office:
        if service and service not in (known := service_codes(office)):
            raise UnknownService(service=service[:100], known=", ".join(known) or "-")
        wanted = SignalFilter(
            since=midnight("--since", since, office.time_zone),
            until=midnight("--until", until, office.time_zone, days_later=1),
            unit=unit,
            desk=desk,
            service=service,
        )
        if named is None:
            _say_counts(office, wanted, as_json=as_json)
        else:
            _say_entries(office, named.value, wanted, limit, as_json=as_json)


def _say_counts(office: Office, wanted: SignalFilter, *, as_json: bool) -> None:
    from routing.reading.integrity_signals import signal_counts

    counts = signal_counts(office, wanted)
    lines = [_count_line(one) for one in counts]
    if any(one.is_at_least for one in counts):
        lines.append("The period holds more entries than were looked at: choose a shorter one for exact figures.")
    say({"items": [_count_as_json(one) for one in counts]}, as_json=as_json, words="\n".join(lines))


def _say_entries(office: Office, code: str, wanted: SignalFilter, limit: int, *, as_json: bool) -> None:
    from routing.domain.integrity_signals import Signal
    from routing.domain.signal_definitions import DEFINITIONS
    from routing.reading.catalogue import directory
    from routing.reading.integrity_signals import signal_page

    definition = DEFINITIONS[Signal(code)]
    rows: list[SignalRow] = []
    behind = None
    while True:
        page = signal_page(office, Signal(code), wanted, behind, limit - len(rows), with_words=False)
        rows += page.rows
        behind = page.next
        if behind is None or len(rows) == limit:
            break
    with office.reading() as connection:
        names = directory(connection).names("en")
    lines = [_line(row, definition, names, office.time_zone) for row in rows] or ["No entry raises this signal."]
    if behind is not None:
        lines.append("There are older ones: choose an earlier --until, or a higher --limit.")
    document = {"items": [_as_json(row) for row in rows], "more": behind is not None}
    say(document, as_json=as_json, words="\n".join(lines))


def _count_line(one: SignalCount) -> str:
    figure = f"at least {one.found}" if one.is_at_least else str(one.found)
    return f"{one.definition.signal.value:<28} {figure:>14}  {one.found - one.answered} unanswered"


def _count_as_json(one: SignalCount) -> dict[str, Any]:
    return {
        "signal": one.definition.signal.value,
        "meaning": one.definition.meaning.en,
        "is_never": one.definition.is_never,
        "found": one.found,
        "is_at_least": one.is_at_least,
        "looked_at": one.looked_at,
        "unanswered": one.found - one.answered,
    }


def _line(row: SignalRow, definition: Definition, names: Mapping[str, str], zone: ZoneInfo) -> str:
    answers = ", ".join(one.status for one in row.answers) or "unanswered"
    shown = definition.sentence(row.facts, "en", names)
    return f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}  {row.number}  entry {row.seq}  {row.actor}  {shown}  ({answers})"


def _as_json(row: SignalRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "seq": row.seq,
        "service": row.service,
        "at": row.at.isoformat(),
        "kind": row.kind,
        "desks": list(row.desks),
        "actor": row.actor,
        "facts": {name: fact if isinstance(fact, str | int) else fact.en for name, fact in row.facts.items()},
        "answers": [
            {"seq": one.seq, "status": one.status, "at": one.at.isoformat(), "by": one.by} for one in row.answers
        ],
    }
