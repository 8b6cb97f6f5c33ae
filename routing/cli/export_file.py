"""The file an export grows in: whole or not there, marked as it grows, continued where it was interrupted.

``FILE.part`` is what is written so far, ``FILE.part.state`` its last mark: how many bytes are certain, which
application was the last one told, and what the writer has to be told to go on. A mark stands between two applications,
so every format can be continued. ``FILE.sha256`` is written for the finished file, as ``sha256sum`` reads it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from routing.cli.opening import tell
from routing.domain.errors import Kind, Refusal


class UnwritableFile(Refusal):
    """{file} cannot be written: {problem}. Name a file in a folder that is there and that you may write in."""

    code = "unwritable_file"


class NothingToResume(Refusal):
    """There is no interrupted export at {file}. Leave --resume out: the export then begins anew."""

    code = "nothing_to_resume"
    kind = Kind.UNKNOWN


class OtherExport(Refusal):
    """The export at {file} was begun as {begun}. Resume it with the same options, or begin anew without --resume."""

    code = "other_export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Up to where an export is certain."""

    #: the options it was begun with
    plan: Mapping[str, Any]
    #: bytes of the file, and of the one beside it
    sizes: tuple[int, ...]
    #: the last application that was told: its id, and its number
    after: int
    number: str
    entries: int
    #: the time of the newest entry when it began; None: there was none
    until: str | None
    #: what the writer knows
    writer: Mapping[str, Any] = field(default_factory=dict)


class ExportFile:
    """The file of one export, with what lies beside it until it is finished."""

    def __init__(self, output: Path, plan: Mapping[str, Any]) -> None:
        self.output = output
        self.part = _beside(output, ".part")
        self._objects = _beside(output, ".part.objects")
        self._state = _beside(output, ".part.state")
        self._plan = dict(plan)
        self._streams: list[BinaryIO] = []

    def mark(self) -> Mark:
        """The last mark of the export that was interrupted. Raises NothingToResume, OtherExport."""
        try:
            said = json.loads(self._state.read_text(encoding="utf-8"))
            found = Mark(**said | {"sizes": tuple(said["sizes"])})
        except (OSError, ValueError, TypeError, KeyError):
            raise NothingToResume(file=self.output) from None
        if not self.part.is_file():
            raise NothingToResume(file=self.output)
        if found.plan != self._plan:
            begun = ", ".join(f"{name} {value}" for name, value in found.plan.items() if value)
            raise OtherExport(file=self.output, begun=begun)
        return found

    @contextmanager
    def growing(self, mark: Mark | None) -> Iterator[None]:
        """Open to be written, from the mark on or anew; where that fails, kept for later if there is a mark.

        Raises UnwritableFile.
        """
        if self.output.is_dir():
            raise UnwritableFile(file=self.output, problem=os.strerror(errno.EISDIR))
        try:
            if mark is None:
                self._forget()
            yield
        except BaseException as error:
            self._leave()
            if isinstance(error, OSError):
                raise UnwritableFile(file=self.output, problem=error.strerror or str(error)) from None
            raise

    def stream(self, mark: Mark | None) -> BinaryIO:
        """The file itself, where it is one of bytes."""
        return self._open(self.part, mark)

    def stream_of_objects(self, mark: Mark | None) -> BinaryIO:
        """A second one, for what has to wait until all else is written."""
        return self._open(self._objects, mark)

    def save(self, mark: Mark) -> None:
        """From here on it can be continued: what is written is on the disk before the mark is."""
        sizes = []
        for stream in self._streams:
            stream.flush()
            os.fsync(stream.fileno())
            sizes.append(stream.tell())
        new = _beside(self._state, ".new")
        new.write_text(json.dumps(asdict(mark) | {"plan": self._plan, "sizes": sizes}), encoding="utf-8")
        new.replace(self._state)

    def checksum(self) -> str:
        """SHA-256 of all that was written, in hex; nothing more is, and it is on the disk."""
        for stream in self._streams:
            stream.close()
        with self.part.open("rb") as stream:
            os.fsync(stream.fileno())
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def publish(self, checksum: str) -> None:
        """The file takes its name, and its checksum stands in a file beside it."""
        checksums = _beside(self.output, ".sha256")
        checksums.unlink(missing_ok=True)
        self.part.replace(self.output)
        checksums.write_text(f"{checksum}  {self.output.name}\n", encoding="utf-8")
        self._forget()

    def _open(self, path: Path, mark: Mark | None) -> BinaryIO:
        stream = path.open("r+b" if mark is not None else "w+b")
        if mark is not None:
            stream.truncate(mark.sizes[len(self._streams)])
            stream.seek(0, os.SEEK_END)
        self._streams.append(stream)
        return stream

    def _leave(self) -> None:
        """What can be continued stays, and nothing else."""
        for stream in self._streams:
            # What is not on the disk yet is behind the mark.
            with suppress(OSError):
                stream.close()
        if self._state.exists():
            tell(f"{self.part} is kept. Continue it with --resume.")
        else:
            with suppress(OSError):
                self._forget()

    def _forget(self) -> None:
        for path in (self._state, self.part, self._objects):
            path.unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
