"""The master key: a file beside the database that wraps the key of every application. Without it nothing opens.

The file holds 32 random bytes in hex, as ``openssl rand -hex 32`` writes them. It is read here and nowhere else; it
never stands in a setting's value, a log or an error. What is done with the key is ``personal_data``.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from routing.domain.errors import Fault
from routing.vault.secret_files import make_secret_file

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
    try:
        return make_secret_file(path, f"{secrets.token_hex(_BYTES)}\n".encode("ascii"))
    except OSError as error:
        message = f"The master key cannot be written to {path}: {error.strerror}."
        raise MasterKeyUnusable(message) from None


def _no_key(path: Path) -> str:
    return f"{path} holds no master key: that is 64 hexadecimal digits, as `openssl rand -hex 32` writes them."
