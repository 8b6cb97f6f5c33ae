"""A clerk as a process: takes orders as JSON lines, answers each with one; ends when nobody gives orders any more.

``{"do": "register", "documents": 10}``, ``{"do": "decide", "per_second": null, "door": null}`` or with the door of the
pages: ``{"host": ..., "port": ...}``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from routing.domain.errors import Fault, Refusal
from routing.office import Office
from routing.settings import load_settings
from routing.telemetry import set_up_logs
from workers.bench.clerk import ActionDoor, Clerk, Door
from workers.bench.http_door import HttpDoor


def main() -> None:
    """Serves until standard input ends."""
    people = json.loads(sys.stdin.readline())
    # What a page's process writes to its log is written here, too, and thrown away behind the pipe.
    settings = load_settings()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        set_up_logs(settings.log_level, nowhere)
        office = Office(settings)
        try:
            clerk = Clerk(office, people)
            for line in sys.stdin:
                _say(obey(office, clerk, people, json.loads(line)))
        except (Refusal, Fault) as error:
            sys.stderr.write(f"{error.code}: {error}\n")
            sys.exit(1)
        finally:
            office.close()


def obey(office: Office, clerk: Clerk, people: Mapping[str, int], order: Mapping[str, Any]) -> dict[str, Any]:
    """Does what is ordered, and tells what came of it."""
    if order["do"] == "register":
        clerk.register(order["documents"])
        return {}
    where = order.get("door")
    door: Door = ActionDoor(office) if where is None else HttpDoor(office, people, **where)
    before = time.process_time()
    worked = clerk.decide_all(door, per_second=order["per_second"], look_again=order["look_again"])
    return asdict(worked) | {"cpu_seconds": time.process_time() - before}


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
