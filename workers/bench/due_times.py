"""How long the server takes for what is asked by ``satuatap due`` and the deadline board, in a large office's books."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr

from routing.domain.due_window import DueBy
from routing.office import Office
from routing.reading.catalogue import Directory, directory, services_in_force
from routing.reading.deadline_board import due_counts, due_filter, due_page, unit_counts
from routing.reading.marks import MarkFilter, marks_page
from routing.settings import Settings
from routing.storage.migration import migrate
from routing.storage.query_times import QueryTime, server_times
from routing.storage.throwaway import throwaway_database
from workers.bench.many_applications import DESKS, fill
from workers.bench.pgbench import NotPostgresql

#: Busy, middling and quiet ones: the documents of an office are not spread evenly.
_DESKS = (0, 7, 150, DESKS - 1)
_UNITS = (0, 1, 39)
_WINDOWS = ("", "0d", "3d", "4h")
#: So many pages are turned.
_PAGES = 2
#: Each question is asked so often; the first time it may have to be fetched from the disk.
_ROUNDS = 2

#: What is asked, under the name it is reported by.
_Asked = tuple[str, Callable[[], object]]


def measure_due(settings: Settings, applications: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds of the server for each kind of question; the database is a throwaway one.

    Raises NotPostgresql, MayNotCreateDatabase, DatabaseAway.
    """
    if settings.database_url is None:
        raise NotPostgresql
    with throwaway_database(settings.database_url.get_secret_value()) as address, tempfile.TemporaryDirectory() as here:
        ours = settings.model_copy(
            update={"data": Path(here), "master_key_file": None, "database_url": SecretStr(address)}
        )
        migrate(Office(ours).database, ours.master_key)
        office = Office(ours)
        try:
            office.set_up_vault()
            office.set_up_calendar()
            fill(office, applications, tell)
            return {"applications": applications, "milliseconds": _measured(office, tell)}
        finally:
            office.close()


def _measured(office: Office, tell: Callable[[str], None]) -> dict[str, dict[str, float | int | list[str]]]:
    with office.reading() as connection:
        known = directory(connection)
    asked = list(_questions(office, known))
    found: dict[str, list[QueryTime]] = {}
    first: dict[str, float] = {}
    for number in range(_ROUNDS):
        for name, ask in asked:
            times = server_times(office.database, ask)
            if number == 0:
                first[name] = max([first.get(name, 0.0), *(one.milliseconds for one in times)])
            else:
                found.setdefault(name, []).extend(times)
        tell(f"{len(asked)} questions asked, round {number + 1} of {_ROUNDS}.")
    return {name: _figures(times, first[name]) for name, times in found.items()}


def _figures(times: Sequence[QueryTime], first: float) -> dict[str, float | int | list[str]]:
    slowest = max(times, key=lambda one: one.milliseconds)
    return {
        "queries": len(times),
        "median": round(median(one.milliseconds for one in times), 2),
        "max": round(slowest.milliseconds, 2),
        "first_max": round(first, 2),
        "slowest_along": sorted(set(slowest.indexes) | set(slowest.tables_read_whole)),
    }


def _questions(office: Office, known: Directory) -> Iterator[_Asked]:
    """Every list of the board, of all, desks, units and services, near and far, first pages and further ones."""
    services = [one.service for one in services_in_force(office)]
    some_services = (services[0], services[1], services[len(services) // 2], services[-1])
    places: list[tuple[str, dict[str, Any]]] = [("office", {})]
    places += [("desk", {"desk": f"meja-{n}"}) for n in _DESKS]
    places += [("unit", {"unit": f"unit-{n}"}) for n in _UNITS]
    places += [("service", {"service": code}) for code in some_services]
    places += [
        ("unit and service", {"unit": f"unit-{n}", "service": code}) for n in _UNITS[:2] for code in some_services
    ]
    for place, named in places:
        for by in DueBy:
            yield f"counts, {by}, {place}", _counts(office, known, {"by": by, **named})
            for within in _WINDOWS if by is not DueBy.STILL else ("",):
                yield f"list, {by}, {place}", _pages(office, known, {"by": by, "within": within, **named})
            if by is not DueBy.STILL:
                yield f"list, {by}, {place}", _pages(office, known, {"by": by, "overdue": True, **named})
    yield "counts by unit", lambda: unit_counts(office, known)
    for mark in ("", "late-return", "deemed"):
        for service in ("", *some_services):
            yield "marks", _marks(office, MarkFilter(mark=mark, service=service))


def _counts(office: Office, known: Directory, asked: dict[str, Any]) -> Callable[[], object]:
    wanted = due_filter(office, known, **asked)
    return lambda: due_counts(office, wanted)


def _pages(office: Office, known: Directory, asked: dict[str, Any]) -> Callable[[], object]:
    wanted = due_filter(office, known, **asked)

    def turn() -> None:
        behind = None
        for _ in range(_PAGES):
            page = due_page(office, wanted, behind)
            behind = page.next
            if behind is None:
                break

    return turn


def _marks(office: Office, wanted: MarkFilter) -> Callable[[], object]:
    def turn() -> None:
        behind = None
        for _ in range(_PAGES):
            page = marks_page(office, wanted, behind)
            behind = page.next
            if behind is None:
                break

    return turn
