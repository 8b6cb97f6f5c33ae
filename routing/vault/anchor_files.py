"""Checkpoints as files beside the database: a folder to which they are only added, and the last one by the log's key.

What is in them is signed; that they are there, and cannot be taken away, is up to whoever owns the disk.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from routing.domain.checkpoints import NoteRefused, stated
from routing.domain.incarnations import number_of
from routing.domain.rollback import Anchor, Standing, judged, told
from routing.domain.sealing import LogForked
from routing.vault.secret_files import sync_folder

_log = logging.getLogger(__name__)

_MOST_BYTES = 64 * 1024
_MOST_OF_ONE_SIZE = 100
#: Incarnation and size.
_NAME = "{:04}-{:019}"


def keep_outside(note: str, *, folder: Path | None, last: Path) -> None:
    """Keeps what was signed and is committed in both places; what cannot be kept is said, and tried again."""
    for keep, where in ((keep_in_folder, folder), (remember_last, last)):
        try:
            if where is not None:
                keep(where, note)
        except OSError as error:
            cause = error.strerror or str(error)
            _log.warning("a checkpoint was not kept", extra={"action": "seal", "file": str(where), "cause": cause})


def keep_in_folder(folder: Path, note: str) -> Path:
    """Adds the checkpoint; never over another one, also where that one is torn. Raises OSError, FileExistsError."""
    name = _name_of(note)
    for count in range(_MOST_OF_ONE_SIZE):
        path = folder / (f"{name}-{count}.txt" if count else f"{name}.txt")
        if path.exists():
            if path.read_bytes() == note.encode():
                return path
            continue
        # Not by a rename or a link: a share that only takes new files may refuse either.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(note.encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
        return path
    raise FileExistsError(f"{folder} has {_MOST_OF_ONE_SIZE} files for one size")


def newest_in_folder(folder: Path) -> str | None:
    """The newest checkpoint there. Raises OSError.

    Also one that nobody known here has signed: by whose word would it be, where the database was replaced as a whole?
    """
    return next(notes_in_folder(folder), None)


def notes_in_folder(folder: Path, *, up_to: tuple[int, int] | None = None) -> Iterator[str]:
    """The checkpoints there, the newest first; ``up_to``: those of this incarnation and of at most this size.

    One that cannot be read is passed over, and that is said; so is one under the name of another, behind which newer
    ones could be hidden. Raises OSError.
    """
    paths = [one for one in folder.iterdir() if one.suffix == ".txt"]
    if up_to is not None:
        number, most = up_to
        first, last = (_NAME.format(number, size) for size in (0, most))
        paths = [one for one in paths if first <= one.name[: len(last)] <= last]
    for path in sorted(paths, reverse=True):
        note = _note_in(path)
        if note is not None and path.name.startswith(_name_of(note)):
            yield note
            continue
        _log.warning("a checkpoint in the anchor folder cannot be read", extra={"action": "guard", "file": path.name})


def remember_last(path: Path, note: str) -> None:
    """Keeps the last checkpoint in the place of an older one, whole or not at all. Raises OSError."""
    before = last_remembered(path)
    if before is not None and age(before) >= age(note):
        return
    half = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with half.open("wb") as file:
            file.write(note.encode())
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            half.unlink()


def last_remembered(path: Path) -> str | None:
    """The last checkpoint that was sealed from here; None: there is none, or it is not for this process to read."""
    try:
        is_there = path.is_file()
    except OSError:
        return None
    if not is_there:
        return None
    note = _note_in(path)
    if note is None:
        _log.warning("the last checkpoint cannot be read", extra={"action": "guard", "file": path.name})
    return note


def require_remembered(path: Path, standing: Standing) -> None:
    """Raises LogForked where the log here does not hold what was last sealed from here."""
    note = last_remembered(path)
    found = judged([Anchor(str(path), note)], standing) if note is not None else None
    if found is not None:
        message = f"{LogForked.__doc__} {told(found)}"
        raise LogForked(message)


def age(note: str) -> tuple[int, int]:
    """Of two checkpoints of one log the newer one has the greater: its incarnation and its size."""
    said = stated(note)
    return number_of(said.origin), said.size


def _name_of(note: str) -> str:
    """By which the newest is the last."""
    return _NAME.format(*age(note))


def _note_in(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            note = file.read(_MOST_BYTES).decode()
        stated(note)
    except (OSError, UnicodeDecodeError, NoteRefused):
        return None
    return note
