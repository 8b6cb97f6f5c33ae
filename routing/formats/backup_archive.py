"""A backup as a file: a tar archive that begins with a list of everything in it and the SHA-256 of each.

It is written under another name and renamed when it is whole. Reading one believes nothing: a file that is cut, was
changed, holds something else than its list says, or is no backup at all is refused before anything is put anywhere.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from routing.domain.errors import Kind, Refusal

_LIST = "manifest.json"
_FORMAT = "satuatap-backup-1"
_LONGEST_LIST = 64 * 1024 * 1024
_CHUNK = 1024 * 1024


class NotABackup(Refusal):
    """{file} cannot be restored: {problem}. Nothing was changed; take another copy of it, or an earlier backup."""

    code = "not_a_backup"
    kind = Kind.MALFORMED


class UnwritableBackup(Refusal):
    """{file} cannot be written: {problem}. Nothing was left there; choose another place with enough room."""

    code = "unwritable_backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What was unpacked."""

    #: what the backup says of itself
    facts: Mapping[str, Any]
    #: names of the files, with slashes
    names: tuple[str, ...]


def write_archive(target: Path, facts: Mapping[str, Any], files: Mapping[str, Path]) -> str:
    """Writes the archive, whole or not at all, readable by its owner only; its SHA-256. Raises OSError."""
    listed: dict[str, dict[str, Any]] = {
        name: {"sha256": _digest(path), "bytes": path.stat().st_size} for name, path in files.items()
    }
    document = json.dumps({"format": _FORMAT, "facts": dict(facts), "files": listed}, indent=1).encode()
    half = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as written:
            with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
                archive.addfile(_entry(_LIST, len(document)), io.BytesIO(document))
                for name, path in files.items():
                    with path.open("rb") as content:
                        archive.addfile(_entry(name, listed[name]["bytes"]), content)
            written.flush()
            os.fsync(written.fileno())
        digest = _digest(half)
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return digest


def unpack_archive(source: Path, folder: Path) -> Archive:
    """Unpacks into an empty folder what the list names, each file as it was hashed. Raises NotABackup, OSError."""
    try:
        with tarfile.open(source, mode="r:") as archive:
            document = _listed(source, archive)
            files: Mapping[str, Any] = document["files"]
            for name, said in files.items():
                _unpack(source, archive, folder, name, said)
            if {*files, _LIST} != set(archive.getnames()):
                raise NotABackup(file=source, problem="it holds something its own list does not name")
    except (tarfile.TarError, EOFError) as error:
        raise NotABackup(file=source, problem=f"it is cut, or no backup ({error})") from None
    except (KeyError, TypeError, AttributeError):
        raise NotABackup(file=source, problem="its list is not one of ours") from None
    return Archive(facts=document["facts"], names=tuple(files))


def _listed(source: Path, archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    if first is None or first.name != _LIST or not first.isfile() or first.size > _LONGEST_LIST:
        raise NotABackup(file=source, problem="it does not begin with the list of a backup")
    content = archive.extractfile(first)
    try:
        document = json.loads(content.read() if content is not None else b"")
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise NotABackup(file=source, problem="its list is not one of ours")
    return document


def _unpack(source: Path, archive: tarfile.TarFile, folder: Path, name: str, said: Mapping[str, Any]) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or name == _LIST:
        raise NotABackup(file=source, problem="it names a file outside the folder")
    content = archive.extractfile(archive.getmember(name))
    if content is None:
        raise NotABackup(file=source, problem=f"{name} is no file")
    target = folder.joinpath(*path.parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hashed = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        while chunk := content.read(_CHUNK):
            hashed.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    if hashed.hexdigest() != said["sha256"]:
        raise NotABackup(file=source, problem=f"{name} was changed or is cut")


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
