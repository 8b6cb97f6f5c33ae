"""One HTTP request and its answer, bounded by one deadline in however small drops either comes.

A library's time limits are for one read, one write, one address; a system that says a little in time each time would
hold a program for ever. What is sent and answered is personal data: nothing of it is logged here.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered."""

    status: int
    #: None: longer than was asked for
    body: bytes | None


class Exchange:
    """A request in a thread of its own, which at the deadline is cut off and not waited for."""

    def __init__(
        self, method: str, address: str, *, sent: Mapping[str, Any] | None, headers: Mapping[str, str], seconds: float
    ) -> None:
        self._request: dict[str, Any] = {"method": method, "url": address, "json": sent, "headers": headers}
        self._seconds = seconds
        self._outcome: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_over = False
        self._connection: socket.socket | None = None

    def answer(self, *, most_bytes: int) -> Answer:
        """The answer. Raises httpx2.HTTPError, httpx2.InvalidURL and OSError (at the deadline a TimeoutError)."""
        threading.Thread(target=self._run, args=(most_bytes,), name="outside", daemon=True).start()
        try:
            outcome = self._outcome.get(timeout=self._seconds)
        except queue.Empty:
            self._cut_off()
            raise TimeoutError from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _run(self, most_bytes: int) -> None:
        try:
            self._outcome.put(self._ask(most_bytes))
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._outcome.put(error)
        finally:
            with self._lock:
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None

    def _ask(self, most_bytes: int) -> Answer:
        # No connection is kept: a minute may pass between two documents, and a dead one would cost an attempt.
        with (
            httpx2.Client(timeout=self._seconds, follow_redirects=False) as client,
            client.stream(**self._request, extensions={"trace": self._saw}) as answer,
        ):
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > most_bytes:
                    return Answer(status=answer.status_code, body=None)
            return Answer(status=answer.status_code, body=bytes(body))

    def _saw(self, event: str, told: Mapping[str, Any]) -> None:
        if event != "connection.connect_tcp.complete":
            return
        stream = told["return_value"]
        with self._lock:
            if self._is_over:
                stream.close()
                raise TimeoutError
            # A second handle on the same connection: the first one is taken over by TLS, and closed by the library.
            self._connection = stream.get_extra_info("socket").dup()

    def _cut_off(self) -> None:
        with self._lock:
            self._is_over = True
            if self._connection is not None:
                # Closing it would not wake the thread that reads from it.
                with suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)
