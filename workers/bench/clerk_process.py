"""Clerks as a process, each a thread: take orders as JSON lines, answer each with one; end when nobody gives orders.

The first line says who they are. Then ``{"do": "register", "documents": [10, 10]}``, as many as there are clerks, or
``{"do": "decide", "per_second": null, "rest": 0.02, "door": null}``, with the door of the pages:
``{"host": ..., "port": ...}``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from routing.domain.errors import Fault, Refusal
from routing.office import Office
from routing.settings import load_settings
from routing.telemetry import set_up_logs
from workers.bench.clerk import ActionDoor, Clerk, Door, Worked
from workers.bench.http_door import HttpDoor
from workers.bench.inbox import LOOK_AGAIN, Inbox

#: Who a clerk is: an account at each step.
People = Mapping[str, int]


def main() -> None:
    """Serves until standard input ends."""
    people = json.loads(sys.stdin.readline())
    # What a page's process writes to its log is written here, too, and thrown away behind the pipe.
    settings = load_settings()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        set_up_logs(settings.log_level, nowhere)
        office = Office(settings)
        try:
            clerks = [Clerk(office, one) for one in people]
            for line in sys.stdin:
                _say(obey(office, clerks, people, json.loads(line)))
        except (Refusal, Fault) as error:
            sys.stderr.write(f"{error.code}: {error}\n")
            sys.exit(1)
        finally:
            office.close()


def obey(office: Office, clerks: Sequence[Clerk], people: Sequence[People], order: Mapping[str, Any]) -> dict[str, Any]:
    """Does what is ordered, and tells what came of it."""
    if order["do"] == "register":
        for clerk, count in zip(clerks, order["documents"], strict=True):
            clerk.register(count)
        return {}
    before = time.process_time()
    worked = decide_all(
        office, clerks, people, order["door"], per_second=order["per_second"], rest=order["rest"], look_again=LOOK_AGAIN
    )
    merged = Worked(
        moves=sum(one.moves for one in worked),
        began=min(one.began for one in worked),
        ended=max(one.ended for one in worked),
        to_inbox=[seconds for one in worked for seconds in one.to_inbox],
    )
    return asdict(merged) | {"cpu_seconds": time.process_time() - before}


def decide_all(
    office: Office,
    clerks: Sequence[Clerk],
    people: Sequence[People],
    where: Mapping[str, Any] | None,
    *,
    per_second: float | None,
    rest: float,
    look_again: float,
) -> list[Worked]:
    """What each clerk did, all of them at once; ``where``: the pages' address, or through the actions."""

    def work(place: int) -> Worked:
        door: Door = ActionDoor(office) if where is None else HttpDoor(office, people[place], **where)
        return clerks[place].decide_all(door, inbox, per_second=per_second)

    with (
        closing(Inbox(office, look_again=look_again, rest=rest)) as inbox,
        ThreadPoolExecutor(len(clerks), thread_name_prefix="clerk") as pool,
    ):
        return list(pool.map(work, range(len(clerks))))


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
