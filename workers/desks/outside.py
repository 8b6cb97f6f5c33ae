"""How a program asks a system outside this office, and every way in which that can go wrong.

One request, one answer, no retry here: attempts are counted in the database. What is sent holds personal data, so
nothing of a request or an answer is ever logged or put into a trouble's facts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx2

from routing.domain.program_troubles import NotConnected, OutsideAway, OutsideBroken, OutsideRefused, OutsideUnclear

#: An answer is a few hundred bytes; more is none of ours.
_LARGEST_ANSWER = 64 * 1024


class OutsideSystem:
    """A system outside this office that is asked by HTTP and answers with a JSON object."""

    def __init__(self, name: str, address: str | None, setting: str, timeout_seconds: float) -> None:
        self.name = name
        self._address = address
        self._setting = setting
        self._seconds = timeout_seconds

    def ask(self, method: str, path: str, *, key: str, sent: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer. ``key``: the request's name at every attempt, so that it is not carried out twice.

        Raises NotConnected, OutsideAway, OutsideBroken, OutsideRefused, OutsideUnclear.
        """
        if self._address is None:
            raise NotConnected(system=self.name, setting=self._setting)
        deadline = time.monotonic() + self._seconds
        try:
            # No connection is kept: a minute may pass between two documents, and a dead one would cost an attempt.
            with (
                httpx2.Client(timeout=self._seconds, follow_redirects=False) as client,
                client.stream(method, self._address + path, json=sent, headers={"Idempotency-Key": key}) as answer,
            ):
                body = _bounded(answer, deadline)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise OutsideAway(system=self.name, seconds=int(self._seconds)) from None
        return self._understood(answer.status_code, body)

    def unclear(self, problem: str) -> OutsideUnclear:
        """What to raise where the answer makes no sense."""
        return OutsideUnclear(system=self.name, problem=problem)

    def _understood(self, status: int, body: bytes | None) -> dict[str, Any]:
        if status >= 500 or status == 429:
            raise OutsideBroken(system=self.name, status=status)
        if status >= 300:
            raise OutsideRefused(system=self.name, status=status)
        if body is None:
            raise self.unclear("too long")
        try:
            document = httpx2.Response(200, content=body).json()
        except (ValueError, RecursionError):
            raise self.unclear("no JSON") from None
        if not isinstance(document, dict):
            raise self.unclear("no JSON object")
        return document


def _bounded(answer: httpx2.Response, deadline: float) -> bytes | None:
    """The body; None: it is longer than any answer of ours. Raises httpx2.ReadTimeout when it comes in drops."""
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if time.monotonic() > deadline:
            raise httpx2.ReadTimeout("")
        if len(body) > _LARGEST_ANSWER:
            return None
    return bytes(body)
