"""Open applications counted anew while somebody waits: so many at most, and the beat does the rest within a minute."""

from __future__ import annotations

from dataclasses import dataclass

from routing.actions.recount import recount_open
from routing.domain.recounting import Recount
from routing.office import Office

#: Nobody waits for longer than a second or two.
MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """What was looked at, and whose due dates moved (or would)."""

    looked_at: int
    moved: tuple[Recount, ...]
    #: whether none can be left that was counted by an older calendar
    is_all: bool
    #: the calendar they are counted by now
    version: int


def recount_some(office: Office, *, dry_run: bool) -> Recounted:
    """``dry_run``: what would move; nothing is written."""
    version = office.calendar().number
    looked_at: list[Recount] = []
    for batch in recount_open(office, dry_run=dry_run):
        looked_at += batch
        if len(looked_at) >= MOST:
            break
    is_all = len(looked_at) < MOST
    moved = tuple(one for one in looked_at if one.move is not None)
    return Recounted(looked_at=len(looked_at), moved=moved, is_all=is_all, version=version)
