"""The program's own commands over a long log, each a process of its own: how fast, and in how much memory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.domain.errors import Fault
from workers.bench.ground import Ground

#: ``satuatap audit export --format``.
FORMATS = ("csv", "jsonl", "xes", "ocel-json", "ocel-sqlite")
_WATCHED = (sys.executable, "-m", "workers.bench.watched")
_OUTSIDE = (sys.executable, "-m", "routing.cli.satuatap_verify")
_SATUATAP = (sys.executable, "-c", "from routing.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command took."""

    seconds: float
    cpu_seconds: float
    #: the most memory it had at once
    peak_mb: int


class LogPrograms:
    """Runs them on that ground. To be made while the log is empty: what they take then is taken off later."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self._ground, self._folder = ground, folder
        self._start = self._export("csv")
        self._start_outside = self._program((*_OUTSIDE, "--help"))

    def verified(self, entries: int) -> dict[str, Any]:
        """``satuatap audit verify``: chains with all that stands beside them, then the sealed log."""
        return self._figures(self._ran("audit", "verify"), entries)

    def verified_outside(self, entries: int) -> dict[str, Any]:
        """The whole sealed log written to a file, and ``satuatap-verify`` over it."""
        file = self._folder / "log"
        written = self._figures(self._ran("audit", "log", "-o", str(file)), entries)
        found = self._program((*_OUTSIDE, str(file)))
        file.unlink()
        return {"written": written, "verified": self._figures(found, entries, self._start_outside)}

    def exported(self, as_format: str, entries: int) -> dict[str, Any]:
        """``satuatap audit export --all``, with its checksum and its entry in the office's chain."""
        return self._figures(self._export(as_format), entries)

    def _export(self, as_format: str) -> Ran:
        ran = self._ran("audit", "export", "--all", "--format", as_format, "-o", str(self._folder / "export"))
        for one in self._folder.glob("export*"):
            one.unlink()
        return ran

    def _figures(self, ran: Ran, entries: int, start: Ran | None = None) -> dict[str, int]:
        start = start or self._start
        # Of a short log it may come to less than nothing.
        seconds, cpu = ran.seconds - start.seconds, ran.cpu_seconds - start.cpu_seconds
        return {
            "entries_per_second": round(entries / max(seconds, 0.01)),
            "entries_per_cpu_second": round(entries / max(cpu, 0.01)),
            "peak_mb": ran.peak_mb,
        }

    def _ran(self, *said: str) -> Ran:
        return self._program((*_SATUATAP, *said))

    def _program(self, command: tuple[str, ...]) -> Ran:
        told, said = self._folder / "told", self._folder / "said"
        with said.open("wb") as output:
            code = subprocess.run(  # noqa: S603 - our own programs
                (*_WATCHED, str(told), *command),
                env=self._ground.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        if code:
            last = said.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise Fault(f"{' '.join(command[3:])} ended with {code}: {last}")
        return Ran(**json.loads(told.read_text(encoding="utf-8")))
