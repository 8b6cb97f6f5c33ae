"""Has a file opened by the libraries that show it, in a process of their own (``paper_opener``), a few at a time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from routing.domain.attachment import PaperKind
from routing.domain.phrases import Phrase
from routing.formats.paper_refusals import DamagedPaper, TooHardToOpen

_log = logging.getLogger(__name__)

_PROGRAM = Path(__file__).with_name("paper_opener.py")
#: Seconds on the clock; the opener's own limit counts the processor's.
_PATIENCE = 60.0
#: How a process ends that the system stopped for its limits, or that ran out of what it was given.
_STOPPED = (-9, -24, -25, -31)


class PaperOpening:
    """Opens files apart; so many at once, so that many uploads do not take the machine."""

    def __init__(self, at_once: int = 2) -> None:
        self._turns = threading.BoundedSemaphore(at_once)

    def look(self, file: str, kind: PaperKind, path: Path) -> dict[str, Any]:
        """What the library says of it. Raises DamagedPaper, TooHardToOpen."""
        # -I: neither the environment nor the folder it happens to run in says what is imported.
        command = [sys.executable, "-I", "-B", str(_PROGRAM), kind.words, str(path)]
        with self._turns:
            try:
                done = subprocess.run(command, check=False, capture_output=True, timeout=_PATIENCE, env={})  # noqa: S603 - our own program, and a path of our own making
            except subprocess.TimeoutExpired:
                raise TooHardToOpen(file=file) from None
        if done.returncode in _STOPPED:
            raise TooHardToOpen(file=file)
        try:
            said: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            # It crashed over the file; what it says of that is for the log.
            _log.warning("a paper broke its reader", extra={"action": "attach", "exit": done.returncode})
            said = {"problem": "damaged"}
        if said["problem"] == "memory":
            raise TooHardToOpen(file=file)
        if said["problem"] == "damaged":
            raise DamagedPaper(file=file, kind=kind.words, problem=Phrase("the program that shows it gives up"))
        return said
