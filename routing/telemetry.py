"""Logs: one JSON object a line on standard error, so that standard output stays the command's own.

What may be said: numbers, codes, counts, times. Never a name, a NIK, a reason, a password or an address with secrets.
Every line said while a request is answered, or a message worked on, carries its id.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TextIO

import structlog

from routing.domain.move import Move

_log = logging.getLogger(__name__)


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Sends the log of this program and of its libraries to ``stream`` (standard error, when absent) as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Each logs a line for every message or request at INFO, some with the whole address.
    for chatty in (
        "celery.worker.strategy",
        "celery.app.trace",
        "celery.beat",
        "httpx2",
        "kombu",
        "transitions",
        "uvicorn.access",
        "httpx2",
        "httpcore2",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def with_ids(**ids: object) -> AbstractContextManager[None]:
    """Every line said within carries these: ``request``, the web's; ``message``, the broker's."""
    return structlog.contextvars.bound_contextvars(**ids)


def tell_of_moves(moves: Sequence[Move], seconds: float) -> None:
    """A line a move, after it is committed; ``seconds``: of the transaction that wrote them all."""
    if not _log.isEnabledFor(logging.INFO):
        return
    milliseconds = round(seconds * 1000, 1)
    for move in moves:
        # A registration's second entry is the counter's decision.
        after, entry = move.after, move.entries[0]
        said = {"kind": entry.kind, "application": after.number, "move": f"{after.number}:{after.version}"}
        _log.info("move", extra=said | {"version": after.version, "desk": entry.desk, "ms": milliseconds})


class _Lines(logging.Formatter):
    """One JSON object a line. Not by a chain of processors: every move says a line, and half its time went there."""

    def format(self, record: logging.LogRecord) -> str:
        """What was said, by whom and when, the ids in force, and what else was told with it."""
        said: dict[str, object] = {
            "event": record.getMessage(),
            **structlog.contextvars.get_contextvars(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        }
        said.update((name, told) for name, told in record.__dict__.items() if name not in _OF_EVERY_RECORD)
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(said)


_OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr)
