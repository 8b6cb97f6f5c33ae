"""How a program asks a system outside this office, and every way in which that can go wrong.

One request, one answer, no retry here: attempts are counted in the database. What is sent holds personal data, so
nothing of a request or an answer is ever logged or put into a trouble's facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from routing.domain.program_troubles import NotConnected, OutsideAway, OutsideBroken, OutsideRefused, OutsideUnclear
from workers.desks.exchange import Exchange

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
        exchange = Exchange(
            method, self._address + path, sent=sent, headers={"Idempotency-Key": key}, seconds=self._seconds
        )
        try:
            answer = exchange.answer(most_bytes=_LARGEST_ANSWER)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise OutsideAway(system=self.name, seconds=int(self._seconds)) from None
        return self._understood(answer.status, answer.body)

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
