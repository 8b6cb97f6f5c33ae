"""The master key: a file beside the database that wraps the key of every application. Without it nothing opens.

The file holds 32 random bytes in hex, as ``openssl rand -hex 32`` writes them. It is read here and nowhere else; it
never stands in a setting's value, a log or an error. What is done with the key is ``personal_data``.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from routing.domain.errors import Fault

_BYTES = 32


class MasterKeyUnusable(Fault):
    """The master key is missing, unreadable or another one; personal data cannot be opened. Put its file back."""

    code = "master_key_unusable"


def read_master_key(path: Path) -> bytes:
    """The 32 bytes. Raises MasterKeyUnusable, naming the file and never what stands in it."""
    try:
        written = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(written)
    except FileNotFoundError:
        message = f"There is no master key at {path}. Put the file back from its copy, or name another."
        raise MasterKeyUnusable(message) from None
    except OSError as error:
        message = f"The master key at {path} cannot be read: {error.strerror}."
        raise MasterKeyUnusable(message) from None
    except ValueError:
        # Without the cause: it would quote what stands in the file.
        raise MasterKeyUnusable(_no_key(path)) from None
    if len(key) != _BYTES:
        raise MasterKeyUnusable(_no_key(path))
    return key


def make_master_key(path: Path) -> bool:
    """Draws a key and writes it, for the owner's eyes only, whole or not at all; False: there was one already.

    Of two processes that start at once on one folder, one makes it and both then read the same. Raises
    MasterKeyUnusable where it cannot be written.
    """
    half = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces the key that somebody else has made meanwhile.
        os.link(half, path)
        _sync_folder(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        message = f"The master key cannot be written to {path}: {error.strerror}."
        raise MasterKeyUnusable(message) from None
    finally:
        with suppress(OSError):
            half.unlink()
    return True


def _sync_folder(folder: Path) -> None:
    """The name, too, is on the disk before anything is sealed with the key."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _no_key(path: Path) -> str:
    return f"{path} holds no master key: that is 64 hexadecimal digits, as `openssl rand -hex 32` writes them."
