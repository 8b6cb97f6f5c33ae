"""``satuatap audit witness``: on another agency's machine, without this office's database or settings.

It holds the last checkpoint of the log and its key, refuses whatever contradicts them, and cosigns what does not.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import JsonOption, say, tell
from routing.cli.serve_commands import on_stop
from routing.domain.errors import Fault, MalformedField, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.cli.witness_round import Looked
    from routing.domain.checkpoints import VerifierKey
    from routing.vault.witness_store import Witness, WitnessStore


def witness(
    store: Annotated[Path, typer.Option(metavar="DIR", help="The witness's own folder: its key, what it holds.")],
    log: Annotated[str, typer.Option(metavar="URL", help="The mall whose log is watched: https://izin.example.go.id")],
    key: Annotated[str, typer.Option(metavar="KEY", help="The log's verifier key. Needed the first time.")] = "",
    name: Annotated[
        str, typer.Option(help="The witness's name, an address for one. Kept from the first time on.")
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Look once and say by the exit code what it came to.")] = False,
    every: Annotated[float, typer.Option(metavar="SECONDS", min=0.05, help="How often it looks.")] = 60.0,
    listen: Annotated[
        int, typer.Option(metavar="PORT", min=-1, max=65535, help="Show the last checkpoint there.")
    ] = -1,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    accept_incarnation: Annotated[
        bool, typer.Option("--accept-incarnation", help="Accept, once, that the log was begun anew from a backup.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Watch another office's log and cosign it; refuse, and keep the proof, when it was shortened or rewritten."""
    from routing.cli.witness_round import LogDoor, look
    from routing.vault.witness_store import WitnessStore

    pinned, kept, door = _pinned(key), WitnessStore(store), LogDoor(_address(log))
    who = kept.witness(_name(name))

    def look_once() -> Looked:
        return look(kept, who, door, pinned=pinned, accepts=accept_incarnation, now=datetime.now(UTC))

    if once or accept_incarnation:
        looked = look_once()
        say(_document(looked, who), as_json=as_json, words=_words(looked, who))
        return
    tell(f"The witness {who.verifier.text} watches {door.address}")
    with ExitStack() as stack:
        if listen >= 0:
            _show(stack, kept, who, host, listen)
        if not _watch(look_once, who, every):
            raise typer.Exit(1)


def _watch(look_once: Callable[[], Looked], who: Witness, every: float) -> bool:
    """Looks until it is told to stop, and says what has changed; whether the log has kept its word all the time."""
    stopped, said, is_good = threading.Event(), "", True
    on_stop(stopped.set)
    while not stopped.is_set():
        try:
            words = _words(look_once(), who)
        except Refusal as refusal:
            words, is_good = f"ALARM {refusal.code}: {refusal}", False
        except Fault as fault:
            words = f"{fault.code}: {fault}"
        if words != said:
            tell(words)
            said = words
        stopped.wait(every)
    return is_good


def _show(stack: ExitStack, store: WitnessStore, who: Witness, host: str, port: int) -> None:
    from routing.cli.web_server import PortTaken
    from routing.cli.witness_window import window

    def checkpoint() -> str | None:
        held = store.held(who)
        return held.note if held is not None else None

    try:
        address = stack.enter_context(
            window(host, port, {"/checkpoint": checkpoint, "/key": lambda: who.verifier.text})
        )
    except OSError as error:
        raise PortTaken(host=host, port=port, problem=error.strerror or str(error)) from None
    tell(f"The witness answers at {address}")


def _words(looked: Looked, who: Witness) -> str:
    now, before = looked.now, looked.before
    size = f"{now.origin}: {now.size} entries, root {now.root.hex()}"
    grown = "seen for the first time" if before is None else "nothing new" if before == now else f"{before.size} before"
    if before is not None and before.origin != now.origin:
        grown = f"accepted in the place of {before.origin}, {before.size} entries"
    line = f"cosigned by {who.verifier.name}"
    return f"{size}; {grown}; {line}{f', which was not taken: {looked.problem}' if looked.problem else ''}"


def _document(looked: Looked, who: Witness) -> dict[str, object]:
    before, now = looked.before, looked.now
    said: dict[str, object] = {"origin": now.origin, "size": now.size, "root": now.root.hex()}
    said |= {"before": before.size if before is not None else None, "handed_back": looked.is_handed_back}
    return said | {"problem": looked.problem or None, "witness": who.verifier.text}


def _pinned(text: str) -> VerifierKey | None:
    from routing.domain.checkpoints import Statement, VerifierKey

    if not text:
        return None
    try:
        key = VerifierKey.parsed(text)
    except ValueError as error:
        raise MalformedField(
            field="--key", problem=str(error), way_out="Type it as the office has handed it over."
        ) from None
    if key.statement is not Statement.LOG:
        raise MalformedField(field="--key", problem="it is the key of a witness", way_out="Give the log's.")
    return key


def _name(text: str) -> str | None:
    if "+" in text or any(mark.isspace() for mark in text):
        raise MalformedField(
            field="--name", problem="it has a space or a plus sign", way_out="Write it as witness.example.go.id."
        )
    return text or None


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise MalformedField(field="--log", problem="it is no address of a web server", way_out="Write https://HOST.")
    return text
