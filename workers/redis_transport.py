"""kombu's Redis transport with its clients kept.

kombu makes a new client object for every single operation, which was a third of the cost of publishing a message and
more of taking one. A client is nothing but a view of its pool and may be shared between threads.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis


class Channel(redis.Channel):
    """Makes one client for each of its two pools."""

    _kept: dict[int, tuple[Any, Any]] | None = None

    def _create_client(self, asynchronous: bool = False) -> Any:  # noqa: FBT001, FBT002 - kombu's signature
        pool = self.async_pool if asynchronous else self.pool
        if self._kept is None:
            self._kept = {}
        kept = self._kept.get(asynchronous)
        # After a lost connection kombu makes new pools; a client of the old one would go on failing.
        if kept is None or kept[0] is not pool:
            kept = self._kept[asynchronous] = (pool, super()._create_client(asynchronous=asynchronous))  # type: ignore[misc]  # the stubs leave it out
        return kept[1]


class Transport(redis.Transport):
    """Redis, with such channels."""

    Channel = Channel
