"""Logs: one JSON object a line on standard error, so that standard output stays the command's own.

What may be said: numbers, codes, counts, times. Never a name, a NIK, a reason, a password or an address with secrets.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Sends the log of this program and of its libraries to ``stream`` (standard error, when absent) as JSON."""
    shared: list[structlog.typing.Processor] = [
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
    # Each logs a line for every message or request at INFO.
    for chatty in (
        "celery.worker.strategy",
        "celery.app.trace",
        "celery.beat",
        "kombu",
        "transitions",
        "uvicorn.access",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)
