"""An embedded mall is backed up while it works, and put back; the keys of personal data in a file of their own.

Whoever steals the backup without the keys reads no personal data; erasing an application's key erases it in every
backup, too, as long as the keys are not kept for ever beside them.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from routing import __version__
from routing.domain.errors import AlreadyThere, Refusal
from routing.domain.phrases import Phrase
from routing.formats.backup_archive import NotABackup, UnwritableBackup, unpack_archive, write_archive
from routing.storage.backup import (
    check_database,
    copy_database,
    master_key_check,
    part_keys,
    put_keys_back,
    without_key,
)
from routing.storage.migration import NEWEST
from routing.vault.master_key import MasterKeyUnusable, read_master_key
from routing.vault.personal_data import Vault

DATABASE = "satuatap.db"
#: Attachments, each named by the hash of its content.
PAPERS = "papers"
#: What opens the mall's secrets; never in the backup itself.
MASTER_KEY = "master.key"
SECRETS = (MASTER_KEY, "demo-password")
#: Where backups made before a migration lie, inside the data folder.
BACKUPS = "backups"
_OF_THE_LOG = ("log.key", "log.last", "receipt.key")
_PARTED_KEYS = "application-keys.db"
_KEPT = 3
#: What may lie in a folder that nobody works with.
_NO_MALL = {"up.lock", "beat", BACKUPS}


class FolderInUse(Refusal):
    """{folder} is not empty. Restore into a new folder, or with --replace, which keeps what is there beside it."""

    code = "folder_in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackUp:
    """What was backed up."""

    file: Path
    #: None: the mall has no keys
    keys_file: Path | None
    papers: int
    migration: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    migration: str | None
    papers: int
    #: the backup has keys, and they were not given: personal data cannot be read until they are
    lacks_keys: bool
    #: applications that were erased between the backup and its later keys: what is personal in them stays unreadable
    erased_since: tuple[str, ...]
    #: where the mall that was there before lies now
    kept: Path | None


def back_up(
    data: Path, target: Path, *, at: datetime, papers: Path | None = None, master_key: Path | None = None
) -> BackUp:
    """Backs the mall in that folder up into a new file, and its keys into a second one.

    ``papers``, ``master_key``: where they lie, if not in the folder itself.
    Raises AlreadyThere, UnwritableBackup, DamagedDatabase, DatabaseAway.
    """
    if target.is_dir():
        target /= f"satuatap-{at.astimezone(UTC):%Y%m%d-%H%M%S}.tar"
    keys_target = keys_beside(target)
    for file in (target, keys_target):
        if file.exists():
            raise AlreadyThere(thing=Phrase("Backup"), name=str(file))
    try:
        with _workplace(target.parent) as here:
            copy, parted = here / DATABASE, here / _PARTED_KEYS
            migration = copy_database(data / DATABASE, copy)
            count = part_keys(copy, parted)
            copied = _papers(papers or data / PAPERS, here)
            name = secrets.token_hex(16)
            secret = {one: data / one for one in SECRETS if (data / one).is_file()}
            if master_key is not None and master_key.is_file():
                secret[MASTER_KEY] = master_key
            secret |= {_PARTED_KEYS: parted} if count else {}
            facts: dict[str, object] = {
                "backup": name,
                "made_at": at.astimezone(UTC).isoformat(),
                "program": __version__,
            }
            if secret:
                write_archive(keys_target, facts | {"part": "keys"}, secret)
            facts |= {"part": "mall", "migration": migration, "has_keys": bool(secret)}
            write_archive(target, facts, {DATABASE: copy} | copied)
    except OSError as error:
        raise UnwritableBackup(file=target, problem=error.strerror or str(error)) from None
    return BackUp(file=target, keys_file=keys_target if secret else None, papers=len(copied), migration=migration)


def restore(file: Path, data: Path, *, keys: Path | None, replace: bool, at: datetime) -> Restored:
    """Puts the mall of a backup into the folder, which nobody works with meanwhile.

    ``keys``: of the same backup or of a later one of that mall, which lack the keys of what was erased in between.
    Everything is unpacked and checked beside it first. Raises NotABackup, FolderInUse, DamagedDatabase,
    UnwritableBackup.
    """
    is_used = data.exists() and (not data.is_dir() or any(one.name not in _NO_MALL for one in data.iterdir()))
    if is_used and not replace:
        raise FolderInUse(folder=data)
    if keys is None and keys_beside(file).is_file():
        keys = keys_beside(file)
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with _workplace(data.parent) as here:
            mall, parted = here / "mall", here / "keys"
            mall.mkdir(mode=0o700)
            archive = unpack_archive(file, mall)
            if archive.facts.get("part") != "mall" or DATABASE not in archive.names:
                raise NotABackup(file=file, problem="it holds no mall; is it the file of the keys?")
            migration = check_database(mall / DATABASE)
            if migration is not None and migration > NEWEST:
                raise NotABackup(file=file, problem=f"it is of a newer program, at {migration}; install that one")
            erased = _put_keys(keys, archive.facts, mall, parted) if keys is not None else ()
            kept = _swap(mall, data, at)
    except OSError as error:
        raise UnwritableBackup(file=data, problem=error.strerror or str(error)) from None
    papers = sum(1 for name in archive.names if name.startswith(f"{PAPERS}/"))
    lacks_keys = bool(archive.facts.get("has_keys")) and keys is None
    return Restored(migration=migration, papers=papers, lacks_keys=lacks_keys, erased_since=erased, kept=kept)


def back_up_before_migrating(
    data: Path, *, at: datetime, papers: Path | None = None, master_key: Path | None = None
) -> BackUp:
    """A backup inside the data folder; of these the last three are kept. Raises as ``back_up``."""
    folder = data / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"before-{NEWEST}-{at.astimezone(UTC):%Y%m%d-%H%M%S-%f}.tar"
    made = back_up(data, target, at=at, papers=papers, master_key=master_key)
    by_age = sorted(folder.glob("before-*.tar"), key=lambda one: one.stat().st_mtime_ns)
    for old in by_age[:-_KEPT]:
        old.unlink(missing_ok=True)
        keys_beside(old).unlink(missing_ok=True)
    return made


def keys_beside(file: Path) -> Path:
    """Where the keys of a backup are written, and looked for."""
    return file.with_name(f"{file.name}.keys")


def _papers(folder: Path, here: Path) -> dict[str, Path]:
    """The attachments, copied: one that is erased meanwhile is left out, and none is half there."""
    copied: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = f"{PAPERS}/{path.relative_to(folder).as_posix()}"
        target = here / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if path.is_file() and not path.name.endswith(".part"):
                shutil.copyfile(path, target)
                copied[name] = target
        except FileNotFoundError:
            continue
    return copied


def _put_keys(keys: Path, facts: Mapping[str, Any], mall: Path, parted: Path) -> tuple[str, ...]:
    """Which applications have no key among them, though it is not those of the backup itself that were given."""
    parted.mkdir(mode=0o700)
    theirs = unpack_archive(keys, parted)
    if theirs.facts.get("part") != "keys":
        raise NotABackup(file=keys, problem="it holds no keys; is it the file of a mall?")
    is_its_own = theirs.facts.get("backup") == facts.get("backup")
    if not is_its_own:
        _require_later(keys, theirs.facts, facts, parted / MASTER_KEY, mall / DATABASE)
    for name in theirs.names:
        if name == _PARTED_KEYS:
            put_keys_back(mall / DATABASE, parted / name)
        elif name in SECRETS:
            (parted / name).replace(mall / name)
    return () if is_its_own else tuple(without_key(mall / DATABASE))


def _require_later(
    keys: Path, theirs: Mapping[str, Any], facts: Mapping[str, Any], master_key: Path, database: Path
) -> None:
    """Keys of an earlier backup lack those of what came since, and would open again what was erased since."""
    try:
        is_same_mall = Vault(read_master_key(master_key)).check_value == master_key_check(database)
    except MasterKeyUnusable:
        is_same_mall = False
    if not is_same_mall:
        raise NotABackup(file=keys, problem="these are not the keys of that backup, nor of a later one of that mall")
    if datetime.fromisoformat(theirs["made_at"]) < datetime.fromisoformat(facts["made_at"]):
        raise NotABackup(
            file=keys, problem="these are the keys of an earlier backup of that mall; give its own, or later ones"
        )


def _swap(mall: Path, data: Path, at: datetime) -> Path | None:
    """Puts the checked folder in the place of the other; where that one lies now."""
    if not data.exists() or (data.is_dir() and not any(data.iterdir())):
        mall.replace(data)
        return None
    kept = data.with_name(f"{data.name}.before-restore-{at.astimezone(UTC):%Y%m%d-%H%M%S}")
    data.rename(kept)
    for name in _OF_THE_LOG:
        # In no backup: with them the restored mall knows that its log was longer, and can say so under its own name.
        if (kept / name).is_file():
            shutil.copy2(kept / name, mall / name)
    try:
        mall.rename(data)
    except OSError:
        kept.rename(data)
        raise
    return kept


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """On the same disk as what becomes of it, so that it can be renamed into its place."""
    with tempfile.TemporaryDirectory(prefix=".satuatap-", dir=folder, ignore_cleanup_errors=True) as here:
        yield Path(here)
