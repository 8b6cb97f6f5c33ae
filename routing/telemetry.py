"""Logs: one JSON object a line on standard error, so that standard output stays the command's own.

What may be said: numbers, codes, counts, times. Never a name, a NIK, a reason, a password or an address with secrets.
Every line said while a request is answered, or a message worked on, carries its id.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TextIO

import structlog

from routing.domain.move import Move

_log = logging.getLogger(__name__)


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Sends the log of this program and of its libraries to ``stream`` (standard error, when absent) as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
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
