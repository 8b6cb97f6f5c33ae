"""The keys of personal data, copied apart from the database and put back: for a mall on PostgreSQL.

The copies of the database are made without them (``--exclude-table-data=application_keys``), so that only the newest
copy of the keys has to be kept: with it an older database opens, but for what has been erased since.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from routing import __version__
from routing.domain.errors import AlreadyThere
from routing.domain.phrases import Phrase
from routing.formats.backup_archive import NotABackup, UnwritableBackup, unpack_archive, write_archive
from routing.office import Office

_PART = "application-keys"
_KEYS = "application-keys.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPutBack:
    """What became of the keys of a file."""

    put_back: int
    #: keys of applications that have theirs, are erased, or are not known here
    left: int
    #: applications whose personal data still cannot be read: they were erased after this database was copied
    without_key: tuple[str, ...]


def copy_keys(office: Office, target: Path) -> int:
    """Writes every application's key, wrapped as it is kept, into a new file; how many. The master key is not in it.

    Raises AlreadyThere, UnwritableBackup.
    """
    if target.exists():
        raise AlreadyThere(thing=Phrase("Backup"), name=str(target))
    try:
        with _workplace(target.parent) as here, office.transaction() as tx:
            count = 0
            with (here / _KEYS).open("w", encoding="ascii") as written:
                for application_id, wrapped in tx.personal.wrapped_keys():
                    written.write(json.dumps({"application": application_id, "wrapped": wrapped.hex()}) + "\n")
                    count += 1
            facts = {
                "part": _PART,
                "made_at": office.now().isoformat(),
                "program": __version__,
                "master_key_check": (tx.personal.master_key_check() or b"").hex(),
            }
            write_archive(target, facts, {_KEYS: here / _KEYS})
    except OSError as error:
        raise UnwritableBackup(file=target, problem=error.strerror or str(error)) from None
    return count


def put_keys_back(office: Office, source: Path) -> KeysPutBack:
    """Puts the keys back of all applications that have none and are not erased here. Raises NotABackup."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        archive = unpack_archive(source, here)
        if archive.facts.get("part") != _PART or archive.names != (_KEYS,):
            raise NotABackup(file=source, problem="it holds no keys that satuatap data keys backup has written")
        wrapped = _wrapped(source, here / _KEYS)
    with office.transaction() as tx:
        check = tx.personal.master_key_check()
        if check is None or archive.facts.get("master_key_check") != check.hex():
            raise NotABackup(file=source, problem="its keys belong to another master key than this database")
        put = tx.personal.put_back(wrapped)
        without = tuple(tx.personal.without_key())
    return KeysPutBack(put_back=put, left=len(wrapped) - put, without_key=without)


def _wrapped(source: Path, file: Path) -> dict[int, bytes]:
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]
        return {int(one["application"]): bytes.fromhex(one["wrapped"]) for one in lines}
    except (ValueError, KeyError, TypeError):
        raise NotABackup(file=source, problem="its lines are not ours") from None


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Beside the file, for the owner alone: on whatever disk that is, keys belong there and nowhere else."""
    with tempfile.TemporaryDirectory(prefix=".satuatap-", dir=folder, ignore_cleanup_errors=True) as here:
        yield Path(here)
