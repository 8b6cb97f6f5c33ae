"""``satuatap audit bundle`` and ``log``: what outsiders check with satuatap-verify, or with the page in docs/verify."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.export_file import UnwritableFile
from routing.cli.opening import DataOption, JsonOption, open_office, say, tell
from routing.domain.errors import Fault, Refusal

if TYPE_CHECKING:
    from routing.office import Office

FileOption = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the file is to lie.")]


def bundle(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The application.")],
    output: FileOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the proof of one application's entries to a file that can be checked without this office."""
    from routing.reading.proof_bundle import proof_bundle

    with open_office(data, needs_key=False) as office:
        made = proof_bundle(office, number)
        _note(office, number)
    _write(output, [made.bundle.bytes()])
    entries = len(made.bundle.entries)
    words = f"{output}: {entries} entries of {number}. Check it with: satuatap-verify {output}"
    if made.unsealed:
        words += f"\nNot in it, because not sealed yet: the newest {made.unsealed}. Ask again in a minute."
    said = {"file": str(output), "application": number, "entries": entries, "unsealed": made.unsealed}
    say(said, as_json=as_json, words=words)


def log(output: FileOption, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Write the whole sealed log to a file that can be checked, complete, without this office."""
    from routing.reading.sealed_log import sealed_log

    with open_office(data, needs_key=False) as office:
        _note(office, None)
        # Its header is a line, too.
        lines = _write(output, sealed_log(office)) - 1
    words = f"{output}: {lines} entries. Check it with: satuatap-verify {output}"
    say({"file": str(output), "entries": lines}, as_json=as_json, words=words)


def _note(office: Office, number: str | None) -> None:
    """An office that takes no entries any more is just the one whose proofs somebody needs, so they are not refused."""
    from routing.actions.note_reading import note_reading
    from routing.domain.log_reading import CONSOLE, DOWNLOADED, Reading

    question = {"list": "bundle" if number is not None else "sealed log"}
    reading = Reading(kind=DOWNLOADED, actor=CONSOLE, way="command line", question=question, number=number)
    try:
        note_reading(office, reading)
    except (Refusal, Fault) as error:
        tell(f"That it was taken out could not be noted: {error}")


def _write(output: Path, parts: Iterable[bytes]) -> int:
    """The file appears whole or not at all; how many parts it has."""
    half, count = output.with_name(output.name + ".part"), 0
    try:
        with half.open("wb") as stream:
            for part in parts:
                stream.write(part)
                count += 1
        half.replace(output)
    except OSError as error:
        raise UnwritableFile(file=output, problem=error.strerror or str(error)) from None
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    return count
