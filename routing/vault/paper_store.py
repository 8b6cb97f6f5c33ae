"""Where attached papers lie: one folder, each file under the hash of its content, written once and never changed.

An upload is written into ``incoming`` first, under a lock of its own, and moved when it is kept; whatever a crash
leaves there is swept away. Who may see a paper, and whether a row names it, others decide: here are only bytes.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from routing.domain.errors import Fault, Kind, Refusal
from routing.formats.paper_kinds import shown_name

_log = logging.getLogger(__name__)

_PIECE = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: An upload that nobody holds is swept when it is older, in seconds: it is made microseconds before it is locked.
_STALE_UPLOAD = 10.0
#: A paper that no row names is left alone for so long: a database put back from yesterday comes with its papers.
_STALE_PAPER = 24 * 3600.0


class PaperTooLarge(Refusal):
    """{file} is larger than {most} MiB, the most that is taken. Scan it in grey with 200 or 300 dots an inch."""

    code = "paper_too_large"
    kind = Kind.TOO_LARGE


class NoRoomForPapers(Refusal):
    """The papers cannot be kept: the disk is full or cannot be written. Nothing was saved. Tell the administrator."""

    code = "no_room_for_papers"
    kind = Kind.BUSY


class PaperLost(Fault):
    """A paper that the books name is not in its folder, or is not what was put there. Fetch it from the backup."""

    code = "paper_lost"


class Upload:
    """A file that is being sent: hashed and measured while it is written, gone when it is not kept."""

    def __init__(self, path: Path, file: BinaryIO, *, name: str, most: int) -> None:
        self.path = path
        self.name = name
        self.bytes = 0
        self._file = file
        self._most = most
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of what has been written, in hex."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Adds a piece. Raises PaperTooLarge, NoRoomForPapers."""
        self.bytes += len(piece)
        if self.bytes > self._most:
            raise PaperTooLarge(file=shown_name(self.name), most=self._most // 1_048_576)
        self._hash.update(piece)
        with _writing():
            self._file.write(piece)

    def finish(self) -> None:
        """All has come: onto the disk with it. Raises NoRoomForPapers."""
        with _writing():
            self._file.flush()
            os.fsync(self._file.fileno())

    def discard(self) -> None:
        """Takes away what was not kept; what was kept stays."""
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


class PaperStore:
    """The folder; nothing is made in it before something is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"

    def upload(self, name: str, *, most: int) -> Upload:
        """A place for a file of at most ``most`` bytes, sent under this name. Raises NoRoomForPapers."""
        with _writing():
            _make(self._incoming)
            path = self._incoming / f"{secrets.token_hex(16)}.part"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            # The lock says that somebody is still writing; the system lets go of it when the process ends.
            fcntl.flock(handle, fcntl.LOCK_EX)
            return Upload(path, os.fdopen(handle, "wb"), name=name, most=most)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Held from before ``keep`` until the row that names the paper is committed: no sweep falls in between."""
        with self._locked(fcntl.LOCK_SH):
            yield

    def keep(self, upload: Upload) -> None:
        """Moves the finished upload to its place; the same content twice lies there once. Raises NoRoomForPapers."""
        place = self.path_of(upload.sha256)
        with _writing():
            _make(place.parent)
            # Over what may be there: it is the same, and now it is new, so that no sweep takes it for left over.
            upload.path.replace(place)
            for folder in (place.parent, place.parent.parent, self.folder):
                _sync(folder)

    def path_of(self, sha256: str) -> Path:
        """Where the paper with this content lies, if it does."""
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def require_whole(self, sha256: str) -> Path:
        """The paper, proven to be what was put there. Raises PaperLost."""
        path = self.path_of(sha256)
        digest = hashlib.sha256()
        try:
            with path.open("rb", buffering=0) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        except OSError as error:
            raise PaperLost(f"{PaperLost.__doc__} ({sha256})") from error
        if digest.hexdigest() != sha256:
            raise PaperLost(f"{PaperLost.__doc__} ({sha256})")
        return path

    def sweep_uploads(self, *, older_than: float = _STALE_UPLOAD) -> int:
        """Takes away what broken uploads left, ``older_than`` seconds ago or before; how many there were."""
        swept = 0
        for path in list(self._incoming.glob("*.part")):
            # Another sweep may have been faster.
            with suppress(FileNotFoundError), path.open("rb") as file:
                if time.time() - os.fstat(file.fileno()).st_mtime < older_than:
                    continue
                with suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
                    swept += 1
        return swept

    def sweep_papers(self, is_named: Callable[[str], bool], *, older_than: float = _STALE_PAPER) -> int:
        """Takes away papers that no row names and that were put there ``older_than`` seconds ago; how many."""
        swept = 0
        for path in list(self._papers()):
            if self._is_left_over(path, is_named, older_than):
                with self._locked(fcntl.LOCK_EX):
                    # Asked again: meanwhile somebody may have attached the same content.
                    if self._is_left_over(path, is_named, older_than):
                        path.unlink()
                        swept += 1
        return swept

    def _papers(self) -> Iterator[Path]:
        for path in self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if len(path.name) == 64:
                yield path

    def _is_left_over(self, path: Path, is_named: Callable[[str], bool], older_than: float) -> bool:
        with suppress(FileNotFoundError):
            return time.time() - path.stat().st_mtime >= older_than and not is_named(path.name)
        return False

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with _writing():
            _make(self.folder)
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)


@contextmanager
def _writing() -> Iterator[None]:
    """Turns a disk that takes no more into a refusal. Raises NoRoomForPapers."""
    try:
        yield
    except OSError as error:
        _log.error(
            "papers cannot be kept", extra={"action": "attach", "cause": error.strerror, "full": error.errno in _FULL}
        )
        raise NoRoomForPapers from error


def _make(folder: Path) -> None:
    """The folder and those above it, each for us alone: ``mkdir`` gives the mode only to the last."""
    for one in (*reversed(folder.parents), folder):
        if not one.is_dir():
            one.mkdir(mode=0o700, exist_ok=True)


def _sync(folder: Path) -> None:
    """A rename is on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
