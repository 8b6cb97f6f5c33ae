"""Reads the numbers that stand in addresses; whatever cannot be one is an unknown one."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request

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


def application_here(request: Request, number: str) -> str:
    """The application something is done to: a refusal leads back to its page. Raises UnknownApplication."""
    number = application_number(number)
    request.state.back = f"/applications/{number}"
    return number


#: To be named behind the visitor and their form, which are asked for first.
ApplicationHere = Annotated[str, Depends(application_here)]
