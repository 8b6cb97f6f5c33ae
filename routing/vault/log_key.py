"""The keys the office signs with: Ed25519, each in a file that only the process that signs with it can read.

The log's key is the sequencer's alone. It is apart from the database on purpose: who runs that should not be able to
sign what it says. What is signed is ``domain.checkpoints``.
"""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from routing.domain.checkpoints import VerifierKey
from routing.domain.errors import Fault
from routing.vault.secret_files import make_secret_file, sync_folder

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class LogKeyUnusable(Fault):
    """A signing key is missing, open to others, or not the one the log names; nothing is signed until it is back."""

    code = "log_key_unusable"


def make_signing_key(path: Path) -> bool:
    """Draws a key and writes it, for the owner's eyes only; False: there was one already. Raises LogKeyUnusable."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        return make_secret_file(path, pem)
    except OSError as error:
        message = f"The signing key cannot be written to {path}: {error.strerror}."
        raise LogKeyUnusable(message) from None


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """The key. Raises LogKeyUnusable, naming the file and never what stands in it."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            pem = file.read(4096)
    except FileNotFoundError:
        message = f"There is no signing key at {path}. Put the file back from its copy."
        raise LogKeyUnusable(message) from None
    except OSError as error:
        message = f"The signing key at {path} cannot be read: {error.strerror}."
        raise LogKeyUnusable(message) from None
    if mode & _OTHERS:
        message = f"Others than its owner may read or write the signing key at {path} (mode {mode:04o}). chmod 600 it."
        raise LogKeyUnusable(message)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without the cause: it would quote what stands in the file.
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path} holds no signing key: that is an Ed25519 key in PEM, without a password."
        raise LogKeyUnusable(message)
    return key


def log_key(path: Path, named: VerifierKey) -> Ed25519PrivateKey:
    """The key that the log names as its newest. Raises LogKeyUnusable where the file holds another one."""
    key = read_signing_key(path) if path.exists() or not next_key_file(path).exists() else None
    if key is not None and VerifierKey.of(named.name, key) == named:
        return key
    # A rotation was written into the log, and the process ended before the new file took the place of the old one.
    if next_key_file(path).exists():
        successor = read_signing_key(next_key_file(path))
        if VerifierKey.of(named.name, successor) == named:
            put_in_place(path)
            return successor
    message = f"The key at {path} is not the one the log names, {named.text}. Put that one back."
    raise LogKeyUnusable(message)


def next_key_file(path: Path) -> Path:
    """Where a new key waits until the log says that it is the key."""
    return path.with_name(f"{path.name}.next")


def put_in_place(path: Path) -> None:
    """Has the new key take the old one's place, which is then gone; its public half stays in the log."""
    try:
        next_key_file(path).replace(path)
        sync_folder(path.parent)
    except FileNotFoundError:
        # Another process of the office was faster.
        return
    except OSError as error:
        message = f"The new signing key could not take its place at {path}: {error.strerror}."
        raise LogKeyUnusable(message) from None
