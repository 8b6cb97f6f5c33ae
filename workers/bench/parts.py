"""Processes of a measurement: started with its settings, ended with it, and their complaints kept."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from routing.domain.errors import Fault

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class PartFailed(Fault):
    """A process of the measurement ended or did not start; what it said stands above."""

    code = "part_failed"


class Part:
    """A process of this measurement. It is over when the block is."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._name = " ".join(words[1:])
        self._process = subprocess.Popen(  # noqa: S603 - our own program, with words of our own
            [sys.executable, *words],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the measurement, which then ends its parts in order.
            process_group=0,
        )
        self._complaints: deque[str] = deque(maxlen=40)
        self._heard = threading.Condition()
        self._has_ended = False
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def line_with(self, words: str) -> str:
        """The line in which it says this on standard error, as soon as it does. Raises PartFailed."""

        def said() -> str | None:
            return next((line for line in self._complaints if words in line), None)

        with self._heard:
            self._heard.wait_for(lambda: self._has_ended or said() is not None, _START_SECONDS)
            line = said()
        if line is None:
            raise self._failed()
        return line

    def tell(self, document: Any) -> None:
        """One JSON document on its standard input."""
        try:
            self._input.write(json.dumps(document) + "\n")
            self._input.flush()
        except BrokenPipeError:
            raise self._failed() from None

    def answer(self) -> Any:
        """The next JSON document on its standard output. Raises PartFailed where none comes any more."""
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        line = self._process.stdout.readline()
        if not line:
            raise self._failed()
        return json.loads(line)

    def end(self) -> None:
        """Asks it to stop, and stops it when it does not."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._listening.join(_STOP_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    @property
    def _input(self) -> Any:
        return self._process.stdin

    def _failed(self) -> PartFailed:
        self._listening.join(1)
        said = "\n".join(self._complaints)
        return PartFailed(f"{self._name} ended or did not start. It said:\n{said}")

    def _listen(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - asked for above
        for line in self._process.stderr:
            with self._heard:
                self._complaints.append(line.rstrip())
                self._heard.notify_all()
        with self._heard:
            self._has_ended = True
            self._heard.notify_all()
