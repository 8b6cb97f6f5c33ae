"""``satuatap sequencer`` and ``satuatap audit rotate-key``: who seals the log, and the key it is sealed with."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell
from routing.cli.serve_commands import on_stop, set_up


def sequencer(data: DataOption = None) -> None:
    """Seal the log: give every entry its leaf, sign the whole. The only part that needs the log's key."""
    from routing.actions.seal import begin_log, seal_until

    with open_office(data, needs_key=False) as office:
        set_up(office)
        log = begin_log(office)
        tell(f"The sequencer seals the log {log.origin}")
        tell(f"Its key, for whoever is to check it: {log.key.text}")
        stopped = threading.Event()
        on_stop(stopped.set)
        seal_until(office, stopped)


def rotate_key(
    by: Annotated[str, typer.Option("--by", metavar="ACCOUNT", help="Who does it; stands in the log.")] = "satuatap",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give the log a new key; the old one signs it into the log and is destroyed. Run it where the sequencer runs."""
    from routing.actions.rotate_log_key import rotate_log_key

    with open_office(data, needs_key=False) as office:
        log = rotate_log_key(office, actor=by)
    old, new = log.keys[-2].text, log.key.text
    words = f"The log {log.origin} has a new key:\n{new}\nThe one before stays known by its public half:\n{old}"
    say({"origin": log.origin, "key": new, "before": old}, as_json=as_json, words=words)
