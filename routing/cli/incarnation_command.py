"""``satuatap audit begin-incarnation``: two people let the log go on after a lawful restore."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say
from routing.domain.errors import MalformedField, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routing.domain.rollback import Anchor


def begin_incarnation(
    reason: Annotated[str, typer.Option(help="Why a backup was put back. It stands in the log: no personal data.")],
    by: Annotated[list[str], typer.Option("--by", metavar="ACCOUNT", help="Twice: the two who do it together.")],
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The newest checkpoint, where this program cannot look itself.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin the log anew after a backup was put back; asks both for their passwords. Run it where the log's key is."""
    from routing.actions import begin_incarnation as ceremony
    from routing.actions.guard_log import anchors_elsewhere, contradiction, guard
    from routing.domain.rollback import Wrong

    if len(by) != 2:
        raise MalformedField(
            field="--by", problem="it takes two people", way_out="Give it twice: --by ACCOUNT --by ACCOUNT."
        )
    with open_office(data, needs_key=False) as office:
        anchors = anchors_elsewhere(office)
        if checkpoint is not None:
            anchors = [_brought(checkpoint, anchors), *anchors]
        newest = anchors[0] if anchors else None
        found = [contradiction(office, [one]) for one in anchors]
        forked = [one for one in found if one is not None and one.wrong is Wrong.FORKED]
        missed = (forked + found[:1] or [None])[0]
        ceremony.require_passwords(office, [(code, _ask_password(code)) for code in by])
        begun = ceremony.begin_incarnation(
            office, missed=missed, note=newest.note if newest else None, reason=reason, by=(by[0], by[1])
        )
        guard(office)
    lost = begun.lost.size - begun.restored
    words = (
        f"The log goes on as {begun.key.name}, from {begun.restored} entries of {begun.lost.origin}; {max(lost, 0)} of "
        f"its {begun.lost.size} are lost.\nIts key under this name:\n{begun.key.text}\n"
        "Ask every witness to accept it (satuatap audit witness --accept-incarnation), and start the sequencer again."
    )
    said = {"origin": begun.key.name, "key": begun.key.text, "before": begun.lost.origin, "restored": begun.restored}
    said |= {"lost_size": begun.lost.size, "lost_root": begun.lost.root.hex(), "by": by}
    say(said, as_json=as_json, words=words)


def _brought(file: Path, known: Sequence[Anchor]) -> Anchor:
    """The one in the file; what is known elsewhere, the newest first, it does not make forgotten."""
    from routing.domain.checkpoints import NoteRefused, stated
    from routing.domain.rollback import Anchor
    from routing.vault.anchor_files import age

    try:
        note = file.read_bytes().decode()
        stated(note)
    except OSError as error:
        raise UnreadableFile(file=file, problem=error.strerror or str(error)) from None
    except (UnicodeDecodeError, NoteRefused):
        raise UnreadableFile(file=file, problem="it is no checkpoint") from None
    if known and age(note) < age(known[0].note):
        newer, where = stated(known[0].note), known[0].where
        raise MalformedField(
            field="--checkpoint",
            problem=f"it is of {stated(note).size} entries; {where} holds one of {newer.size} of {newer.origin}",
            way_out="Leave it out, or bring the newest there is.",
        )
    return Anchor(str(file), note)


def _ask_password(code: str) -> str:
    """Unseen, and never as an argument, which would stand in the shell's history and the list of processes."""
    import getpass

    prompt = f"Password of {code}: "
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
