"""``satuatap data keys backup`` and ``restore``: the keys of personal data, apart from the database they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

app = typer.Typer(help="The keys of personal data, apart from the database.", no_args_is_help=True)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy every application's key, wrapped by the master key, into a file; keep only the newest of these files."""
    from routing.actions.copy_keys import copy_keys

    with open_office(data, needs_key=False) as office:
        count = copy_keys(office, target)
    words = f"{count} keys are in {target}. Destroy the older files: they open what has been erased since."
    say({"file": str(target), "keys": count}, as_json=as_json, words=words)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What data keys backup has written.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put keys back into a database that was copied without them; what was erased is left as it is."""
    from routing.actions.copy_keys import put_keys_back
    from routing.domain.errors import UnreadableFile

    if not source.is_file():
        raise UnreadableFile(file=source, problem="there is no such file")
    with open_office(data, needs_key=False) as office:
        put = put_keys_back(office, source)
    if put.without_key:
        tell(
            f"WARNING: no key for {', '.join(put.without_key)}: erased after this database was copied. Erase them "
            "here, too (satuatap data erase), so that the log says so."
        )
    said = {"put_back": put.put_back, "left": put.left, "without_key": list(put.without_key)}
    say(said, as_json=as_json, words=f"{put.put_back} keys put back, {put.left} left: not needed, unknown or erased.")
