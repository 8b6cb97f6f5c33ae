"""How often somebody may ask: by address, by account, by token. Counted in Redis where the broker is, else in here.

Counting must never be what stops a door: where Redis does not answer, each process counts for itself for a while.
What is counted is named by a digest, so that nothing anybody typed is kept, and nothing long.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from routing.domain.errors import Kind, Refusal
from routing.settings import IN_PROCESS_BROKER, Settings
from routing.web.statuses import AtTheDoor

_log = logging.getLogger(__name__)

#: A Redis that does not answer is asked again after this; asking costs every request a fifth of a second.
_LEFT_ALONE_SECONDS = 10.0
_ANSWERS_WITHIN = 0.2
_LONGEST_WAIT = 60


class TooManyRequests(AtTheDoor, Refusal):
    """Too many requests in a short time. Nothing was changed; try again in {seconds} seconds."""

    code = "too_many_requests"
    kind = Kind.BUSY
    status = 429


class RateLimits:
    """The counters of one web."""

    def __init__(self, settings: Settings) -> None:
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        shared = _shared_storage(settings.broker)
        self._shared = SlidingWindowCounterRateLimiter(shared) if shared is not None else None
        self._alone_until = 0.0
        self._lock = threading.Lock()
        self._tracking = RateLimitItemPerMinute(settings.tracking_per_minute)
        self._tracking_all = RateLimitItemPerMinute(settings.tracking_per_minute_everybody)
        self._sign_in = RateLimitItemPerMinute(settings.sign_ins_per_minute)
        self._sign_in_account = RateLimitItemPerMinute(settings.sign_ins_per_minute_account)
        self._log = RateLimitItemPerMinute(settings.log_per_minute)
        self._api = RateLimitItemPerMinute(settings.api_per_minute)
        self._stranger = RateLimitItemPerMinute(settings.api_strangers_per_minute)

    def tracking(self, request: Request) -> None:
        """Somebody asks for an application by a tracking code. Raises TooManyRequests, here and below."""
        self._count(self._tracking, "tracking", address_of(request))
        # Codes are tried out from many addresses, too.
        self._count(self._tracking_all, "tracking", "everybody")

    def signing_in(self, request: Request, account: str = "") -> None:
        """Somebody tries a password for this account, or a one-time link."""
        self._count(self._sign_in, "sign-in", address_of(request))
        if account:
            self._count(self._sign_in_account, "sign-in account", account.casefold())

    def log(self, request: Request) -> None:
        """Somebody asks for a proof of the log."""
        self._count(self._log, "log", address_of(request))

    def calling(self, token_id: int) -> None:
        """A program asks something with its token."""
        self._count(self._api, "api", str(token_id))

    def stranger(self, request: Request) -> None:
        """A program shows a token that is none, or not any more."""
        self._count(self._stranger, "api stranger", address_of(request))

    def _count(self, limit: RateLimitItemPerMinute, what: str, who: str) -> None:
        name = hashlib.sha256(f"{what}\0{who}".encode(errors="replace")).hexdigest()[:32]
        counter = self._shared
        if counter is not None and time.monotonic() >= self._alone_until:
            try:
                _hit(counter, limit, name)
            except StorageError as error:
                self._go_on_alone(error)
            else:
                return
        with self._lock:
            _hit(self._here, limit, name)

    def _go_on_alone(self, error: StorageError) -> None:
        self._alone_until = time.monotonic() + _LEFT_ALONE_SECONDS
        _log.warning("requests are counted by each process", extra={"cause": type(error.storage_error).__name__})


def address_of(request: Request) -> str:
    """The visitor's address; of IPv6 the network, because a visitor has a whole one."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _hit(counter: SlidingWindowCounterRateLimiter, limit: RateLimitItemPerMinute, name: str) -> None:
    if not counter.hit(limit, name):
        wait = math.ceil(counter.get_window_stats(limit, name).reset_time - time.time())
        raise TooManyRequests(seconds=min(max(wait, 1), _LONGEST_WAIT))


def _shared_storage(broker: str) -> RedisStorage | None:
    """Where every web of the office counts together; None: each for itself."""
    if broker == IN_PROCESS_BROKER:
        return None
    address = urlsplit(broker)
    if address.scheme == "redis+socket":
        number = parse_qs(address.query).get("virtual_host", ["0"])[0]
        broker = f"redis+unix://{address.path}?db={number}"
    try:
        return RedisStorage(
            broker,
            wrap_exceptions=True,
            key_prefix="satuatap:asked",
            socket_connect_timeout=_ANSWERS_WITHIN,
            socket_timeout=_ANSWERS_WITHIN,
        )
    except (ConfigurationError, ValueError) as error:
        _log.warning("requests are counted by each process", extra={"cause": str(error)})
        return None
