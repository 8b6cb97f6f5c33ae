"""A file that is a secret: written for its owner's eyes only, whole or not at all, and never over another one."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def make_secret_file(path: Path, content: bytes) -> bool:
    """Writes it; False: there is one already. Of two processes that start at once, one makes it. Raises OSError."""
    half = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces what somebody else has made meanwhile.
        os.link(half, path)
        sync_folder(path.parent)
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            half.unlink()
    return True


def sync_folder(folder: Path) -> None:
    """The name, too, is on the disk before anything rests on the secret."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
