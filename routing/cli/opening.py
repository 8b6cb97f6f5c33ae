"""How every command opens the office, and how refusals and faults become sentences and exit codes.

Exit codes: 0 good, 1 refused or findings, 2 usage, 3 fault.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from routing.domain.errors import Fault, Refusal

if TYPE_CHECKING:
    from routing.office import Office
    from workers.relay import Relay

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of an embedded mall, made and migrated when needed. Absent: SATUATAP_DATABASE_URL, "
        "else the user's data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]


@contextmanager
def open_office(data: Path | None, *, needs_key: bool = True) -> Iterator[Office]:
    """The office of these options: an embedded one is made and migrated, a distributed one has to be up to date.

    ``needs_key``: whether personal data is opened; who only carries a distributed mall's documents needs no master key.
    """
    from routing.actions.guard_log import guard
    from routing.office import Office
    from routing.settings import load_settings
    from routing.storage.migration import migrate, require_migrated

    settings = load_settings(data)
    office = Office(settings)
    try:
        if settings.is_embedded:
            _back_up_before_migrating(office)
            migrate(office.database, settings.master_key)
        else:
            require_migrated(office.database)
        # Before the first entry or version that could be written here.
        guard(office)
        if settings.is_embedded:
            _set_up_vault(office, needs_key=needs_key)
            if office.database.halted is None:
                office.set_up_calendar()
        elif needs_key:
            # A part that could start without it would only refuse the first applicant.
            with office.reading() as connection:
                office.vault(connection)
        yield office
    finally:
        office.close()


def _back_up_before_migrating(office: Office) -> None:
    """A mall that was made by an older program is kept as it was, too."""
    from routing.storage.migration import NEWEST, version

    at = version(office.database)
    if at is not None and at < NEWEST:
        from routing.actions.back_up import back_up_before_migrating

        made = back_up_before_migrating(
            office.settings.data,
            at=office.now(),
            papers=office.settings.papers_folder,
            master_key=office.settings.master_key,
        )
        tell(f"The database is at {at} and becomes {NEWEST}; as it was, it is in {made.file}")
        tell("The copy holds all the database held, personal data included: delete it when it is not needed any more.")


def _set_up_vault(office: Office, *, needs_key: bool) -> None:
    """Who opens no personal data goes on without its key, after a backup was restored without its keys, for one."""
    from routing.vault.master_key import MasterKeyUnusable

    try:
        if office.set_up_vault():
            tell(new_master_key(office.settings.master_key))
    except MasterKeyUnusable as unusable:
        if needs_key:
            raise
        tell(f"{unusable.code}: {unusable}")


def new_master_key(path: Path) -> str:
    """What whoever set the mall up has to know."""
    return f"A new master key was made: {path}. Keep a copy apart from the database; without it no applicant is known."


@contextmanager
def open_courier(office: Office) -> Iterator[Relay]:
    """Somebody who carries documents: all of it in this process, or a relay beside the workers of a real broker."""
    from routing.settings import IN_PROCESS_BROKER
    from workers.embedded import courier
    from workers.relay import relaying

    with courier(office) if office.settings.broker == IN_PROCESS_BROKER else relaying(office) as relay:
        yield relay


def say(document: Any, *, as_json: bool, words: str) -> None:
    """The command's answer on standard output: the document, or the words."""
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else words)


def tell(words: str) -> None:
    """Progress, on standard error."""
    typer.echo(words, err=True)


def end_with(error: Refusal | Fault, *, as_json: bool) -> NoReturn:
    """Says what is wrong and ends the program with its exit code."""
    if as_json:
        typer.echo(json.dumps({"error": {"code": error.code, "message": str(error)}}, ensure_ascii=False))
    is_explained = isinstance(error, Refusal) or error.__cause__ is None
    cause = "" if is_explained else f" ({str(error.__cause__).splitlines()[0]})"
    tell(f"{error.code}: {error}{cause}")
    sys.exit(1 if isinstance(error, Refusal) else 3)
