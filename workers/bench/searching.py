"""How long the server takes for each kind of question an auditor asks of a large log."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr

from routing.actions.index_entries import index_entries
from routing.office import Office
from routing.reading.audit_facets import count_facets
from routing.reading.audit_search import LogFilter, search_log
from routing.reading.log_reads import ReadsFilter, reads_page
from routing.settings import Settings
from routing.storage.migration import migrate
from routing.storage.query_times import QueryTime, server_times
from routing.storage.throwaway import run_script, throwaway_database
from workers.bench.many_entries import fill
from workers.bench.pgbench import NotPostgresql

#: Longer than any question should take, so that each is measured and none cut off.
_PATIENCE = 60_000
#: Each question is asked so often; the first time it may have to be fetched from the disk.
_ROUNDS = 2
#: At most 40,000 entries, twenty an application.
_FORGET = "DELETE FROM entry_index WHERE application_id <= 2000; UPDATE entry_index_state SET swept_at = NULL;"


def measure_search(settings: Settings, entries: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds of the server for each kind of question; the database is a throwaway one.

    Raises NotPostgresql, MayNotCreateDatabase, DatabaseAway.
    """
    if settings.database_url is None:
        raise NotPostgresql
    with throwaway_database(settings.database_url.get_secret_value()) as address, tempfile.TemporaryDirectory() as here:
        ours = settings.model_copy(
            update={
                "data": Path(here), "master_key_file": None, "database_url": SecretStr(address),
                "search_milliseconds": _PATIENCE,
            }
        )  # fmt: skip
        office = Office(ours)
        try:
            migrate(office.database, ours.master_key)
            office.set_up_vault()
            office.set_up_calendar()
            fill(office, entries, tell)
            times = _measured(office, tell)
            return {"entries": entries, "milliseconds": times, "indexed_per_second": _indexed_per_second(office)}
        finally:
            office.close()


def questions(office: Office) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is asked, under the name it is reported by: a page and its counts for each filter."""
    now = office.now()
    long_ago = {"since": now - timedelta(days=900), "until": now - timedelta(days=800)}
    asked: dict[str, dict[str, Any]] = {
        "everything": {},
        "application": {"number": "BENCH-7"},
        "service, busy": {"service": "layanan-0"},
        "service, quiet": {"service": "layanan-199"},
        "unit": {"unit": "unit-3"},
        "desk": {"desk": "meja-7"},
        "actor": {"actor": "orang-700"},
        "kind, frequent": {"kind": "decided"},
        "kind, rare": {"kind": "deemed"},
        "decision": {"decision": "refuse"},
        "outcome": {"outcome": "stopped"},
        "reason": {"reason": "alasan-17"},
        "channel, rare": {"channel": "self-service"},
        "a time long ago": long_ago,
        "service and kind": {"service": "layanan-5", "kind": "decided"},
        "actor and decision": {"actor": "orang-30", "decision": "refuse"},
        "desk, outcome, long ago": {"desk": "meja-7", "outcome": "refused", **long_ago},
        "four that fit nothing": {"service": "layanan-0", "unit": "unit-1", "kind": "deemed", "channel": "village"},
        "nobody": {"actor": "nobody"},
    }
    for name, one in asked.items():
        yield f"page: {name}", partial(search_log, office, LogFilter(**one))
        yield f"counts: {name}", partial(count_facets, office, LogFilter(**one))
    reads = {"": ReadsFilter(), " of a person": ReadsFilter(actor="orang-30")}
    for name, wanted in (reads | {" of an application": ReadsFilter(number="BENCH-7")}).items():
        yield f"who looked{name}", partial(reads_page, office, wanted)


def _measured(office: Office, tell: Callable[[str], None]) -> dict[str, dict[str, float | int | list[str]]]:
    found: dict[str, list[QueryTime]] = {}
    for place in range(_ROUNDS):
        for name, ask in questions(office):
            found.setdefault(name, []).extend(server_times(office.database, ask))
        tell(f"Asked everything, {place + 1} of {_ROUNDS}.")
    return {name: _summed(times) for name, times in found.items()}


def _indexed_per_second(office: Office) -> float:
    """How fast the index follows: of what it is made to forget, how many entries a second come back."""
    run_script(office.database, _FORGET)
    began = time.monotonic()
    return round(index_entries(office) / (time.monotonic() - began), 1)


def _summed(times: list[QueryTime]) -> dict[str, float | int | list[str]]:
    taken = [one.milliseconds for one in times]
    slowest = max(times, key=lambda one: one.milliseconds)
    return {
        "queries": len(taken),
        "median": round(median(taken), 2),
        "max": round(max(taken), 2),
        "indexes": sorted(set(slowest.indexes)),
        "tables_read_whole": sorted({table for one in times for table in one.tables_read_whole}),
    }
