"""Reads the numbers that stand in addresses; whatever cannot be one is an unknown one."""

from __future__ import annotations

import re

from routing.domain.errors import UnknownApplication

_NUMBER = re.compile(r"[A-Z0-9.-]{1,140}")


def application_number(typed: str) -> str:
    """The application number in the spelling of the office. Raises UnknownApplication."""
    number = typed.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise UnknownApplication(number=typed[:40].replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return number


def small_number(typed: str) -> int:
    """A visit, an account, an entry; -1, which nothing has, where it is no number."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


visit_number = small_number
