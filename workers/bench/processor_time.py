"""How much processor time a process, or a server on this machine, has used: read where the system tells (Linux)."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import Celery

from routing.office import Office
from routing.storage.throwaway import backend_process

_PROC = Path("/proc")


def processor_seconds(pid: int) -> float | None:
    """What the process has used so far; None where that cannot be known."""
    stat = _stat(pid)
    return None if stat is None else stat[1]


def postgresql_seconds(office: Office) -> float | None:
    """What the PostgreSQL of this office has used, all its processes together; None unless it is on this machine."""
    if office.database.is_sqlite:
        return None
    backend = _stat(backend_process(office.database))
    with suppress(OSError):
        if backend is None or not (_PROC / str(backend[0]) / "cmdline").read_bytes().split(b"\0")[0].endswith(
            (b"postgres", b"postmaster")
        ):
            return None
        of_server = [_stat(int(one.name)) for one in _PROC.iterdir() if one.name.isdigit()]
        of_living = sum(one[1] for one in of_server if one is not None and one[0] == backend[0])
        server = _stat(backend[0])
        # Who has gone meanwhile is counted with the server that waited for it.
        return of_living + (server[1] + server[2] if server is not None else 0.0)
    return None


def broker_seconds(app: Celery) -> float | None:
    """What the Redis behind this app has used; None where it does not say."""
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        said = channel.client.info("cpu")
    used = [said.get("used_cpu_user"), said.get("used_cpu_sys")]
    return None if None in used else float(sum(used))


def ended_children_seconds() -> float:
    """What processes used that this one started, and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def load_average() -> list[float] | None:
    """How busy the machine was: processes that ran or wanted to, over 1, 5 and 15 minutes."""
    try:
        return [round(one, 2) for one in os.getloadavg()]
    except OSError:
        return None


def _stat(pid: int) -> tuple[int, float, float] | None:
    """Parent, own seconds, seconds of children that have ended."""
    try:
        # The name in brackets may hold anything.
        said = (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return int(said[1]), (int(said[11]) + int(said[12])) / ticks, (int(said[13]) + int(said[14])) / ticks
