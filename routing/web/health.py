"""Is the mall alive, and can it do its work? For machines; ``ready`` says no whenever documents stand still."""

from __future__ import annotations

import os
import shutil
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from routing.domain.errors import Fault
from routing.office import Office
from routing.reading.hand_offs import hand_offs_on_their_way
from routing.storage.migration import require_migrated
from routing.web.visitors import office_of

#: A document that has been on its way for longer means that relay, broker or workers do not work.
LONGEST_ON_THE_WAY = 60.0
_LEAST_FREE_BYTES = 16 * 1024 * 1024

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether documents travel, and if not, why."""

    status: Literal["ready", "not ready"]
    reasons: list[str]
    database: str
    hand_offs_on_the_way: int | None = None
    oldest_hand_off_seconds: float | None = None


@router.get("/health/live")
async def live() -> Alive:
    """The process runs and answers. It says nothing of its surroundings, so nobody restarts it in vain."""
    # Not in one of the threads that pages wait for: a mall that is busy is alive.
    return Alive()


@router.get("/health/ready", responses={503: {"model": Readiness}})
def ready(response: Response, office: Annotated[Office, Depends(office_of)]) -> Readiness:
    """The database is migrated and takes writes, and no document has been on its way for a minute."""
    answer = readiness(office)
    response.status_code = 200 if answer.status == "ready" else 503
    return answer


def readiness(office: Office) -> Readiness:
    """The same for the command line."""
    database, reasons = office.database.name, list(_disk(office))
    try:
        require_migrated(office.database)
        office.database.require_writable()
        travelling = hand_offs_on_their_way(office)
    except Fault as fault:
        return Readiness(status="not ready", reasons=[*reasons, fault.code], database=database)
    oldest = round(travelling.oldest_seconds, 3)
    if oldest > LONGEST_ON_THE_WAY:
        reasons.append(f"hand_off_stuck: the oldest hand-off has been on its way for {oldest:.0f} s")
    return Readiness(
        status="not ready" if reasons else "ready",
        reasons=reasons,
        database=database,
        hand_offs_on_the_way=travelling.count,
        oldest_hand_off_seconds=oldest,
    )


def _disk(office: Office) -> list[str]:
    """What is wrong with the folder of an embedded mall; SQLite would only tell at the next commit."""
    folder = office.settings.data
    if not office.settings.is_embedded or not folder.is_dir():
        return []
    if not os.access(folder, os.W_OK):
        return ["data_folder_read_only: nothing can be written to the data folder"]
    if shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
        return ["disk_full: the disk of the data folder has less than 16 MiB left"]
    return []
