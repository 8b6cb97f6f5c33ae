"""``satuatap data backup`` and ``data restore``: an embedded mall as a file, made while it works."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, say, tell
from routing.cli.up_command import alone_in
from routing.domain.errors import Refusal

if TYPE_CHECKING:
    from routing.settings import Settings


class NotEmbedded(Refusal):
    """A mall on PostgreSQL is backed up with PostgreSQL's own programs (pg_dump, pg_basebackup). This command is for
    the mall of one folder: name it with --data DIR.
    """

    code = "not_embedded"


def add_backup_commands(group: typer.Typer) -> None:
    """Adds both to the group ``data``."""
    group.command()(backup)
    group.command()(restore)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="A new file, or a folder to make one in.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back an embedded mall up, also while it works; the keys of personal data go to a second file, FILE.keys."""
    from routing.actions.back_up import DATABASE, back_up
    from routing.domain.errors import UnreadableFile
    from routing.office import wall_clock

    settings = _settings(data)
    folder = settings.data
    if not (folder / DATABASE).is_file():
        raise UnreadableFile(file=folder / DATABASE, problem="there is no mall in that folder")
    made = back_up(
        folder,
        target,
        at=wall_clock(),
        papers=settings.papers_folder,
        master_key=settings.master_key,
    )
    said = {
        "file": str(made.file),
        "keys_file": str(made.keys_file) if made.keys_file is not None else None,
        "papers": made.papers,
        "migration": made.migration,
    }
    words = f"Backed up into {made.file}, with {made.papers} attachments."
    if made.keys_file is not None:
        words += f" The keys are in {made.keys_file}: keep that file elsewhere, and for yourself."
    say(said, as_json=as_json, words=words)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    keys: Annotated[
        Path | None,
        typer.Option("--keys", metavar="FILE", help="Its keys, or later ones. Absent: FILE.keys."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also into a folder with a mall; that one is kept beside it.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a backup into a new folder, after checking all of it; no mall may run there."""
    from contextlib import nullcontext

    from routing.actions.back_up import restore as put_back
    from routing.domain.errors import UnreadableFile
    from routing.office import wall_clock

    folder = _settings(data).data
    for file in filter(None, (source, keys)):
        if not file.is_file():
            raise UnreadableFile(file=file, problem="there is no such file")
    with alone_in(folder) if folder.is_dir() and any(folder.iterdir()) else nullcontext():
        put = put_back(source, folder, keys=keys, replace=replace, at=wall_clock())
    if put.lacks_keys:
        tell("WARNING: the keys were not given (--keys FILE): personal data of this mall cannot be read.")
    if put.erased_since:
        tell(
            "WARNING: erased after this backup, and unreadable in it: "
            f"{', '.join(put.erased_since)}. Erase them here, too (satuatap data erase), so that the log says so."
        )
    said = {
        "folder": str(folder),
        "erased_since": list(put.erased_since),
        "migration": put.migration,
        "papers": put.papers,
        "lacks_keys": put.lacks_keys,
        "kept": str(put.kept) if put.kept is not None else None,
    }
    words = f"Restored into {folder}. To be sure of the log: satuatap audit verify --data {folder}"
    if put.kept is not None:
        words += f" What was there before is in {put.kept}."
    say(said, as_json=as_json, words=words)


def _settings(data: Path | None) -> Settings:
    from routing.settings import load_settings

    settings = load_settings(data)
    if not settings.is_embedded:
        raise NotEmbedded
    return settings
