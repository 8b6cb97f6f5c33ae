"""The folder of a witness: its own key, what it holds of a log, and the proofs that a log broke its word.

What is held is written whole or not at all, before anybody is told; what cannot be read is never begun anew by itself,
because a witness that forgets is none.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.checkpoints import Checkpoint, NoteRefused, Statement, VerifierKey, opened
from routing.domain.errors import Fault
from routing.domain.incarnations import number_of
from routing.domain.witnessing import Held
from routing.vault.anchor_files import keep_in_folder, notes_in_folder
from routing.vault.log_key import make_signing_key, read_signing_key
from routing.vault.secret_files import sync_folder

_FORMAT = "satuatap-witness/1"


class WitnessStoreUnusable(Fault):
    """The witness's folder cannot be read or written, or what is in it is damaged; nothing is cosigned until it is."""

    code = "witness_store_unusable"


@dataclass(frozen=True, slots=True)
class Witness:
    """Who vouches."""

    verifier: VerifierKey
    key: Ed25519PrivateKey


class WitnessStore:
    """One folder, for one log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state, self._name = folder / "held.json", folder / "witness.name"
        self._seen = folder / "seen"

    def witness(self, name: str | None) -> Witness:
        """Who this is; drawn, under that name or one at random, the first time. Raises WitnessStoreUnusable."""
        with _told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._name.exists():
                self._write(self._name, f"{name or f'witness-{secrets.token_hex(4)}'}\n".encode())
            make_signing_key(self.folder / "witness.key")
            kept = self._name.read_text(encoding="utf-8").strip()
        key = read_signing_key(self.folder / "witness.key")
        try:
            return Witness(VerifierKey.of(kept, key, Statement.WITNESS), key)
        except ValueError as error:
            raise _damaged(self._name, str(error)) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the block runs no other witness of this folder looks. Raises WitnessStoreUnusable."""
        with _told(self.folder):
            opened_lock = (self.folder / "lock").open("a")
        with opened_lock as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def held(self, witness: Witness) -> Held | None:
        """What is held; None: nothing so far. Raises WitnessStoreUnusable where it is torn or was touched."""
        try:
            with _told(self.folder):
                text = self._state.read_bytes()
        except FileNotFoundError:
            return None
        try:
            said = json.loads(text)
            held = Held(
                log=str(said["log"]),
                keys=tuple(VerifierKey.parsed(one) for one in said["keys"]),
                note=said["note"],
                is_handed_back=bool(said["handed_back"]),
            )
            _require_sound(held, said["format"], witness)
        except (ValueError, KeyError, TypeError, NoteRefused) as error:
            raise _damaged(self._state, str(error)) from None
        return held

    def recalled(self, witness: Witness, held: Held, origin: str, size: int) -> Checkpoint | None:
        """The largest checkpoint of that log that was cosigned, of at most that size. Raises WitnessStoreUnusable."""
        with _told(self.folder), suppress(FileNotFoundError):
            for note in notes_in_folder(self._seen, up_to=(number_of(origin), size)):
                with suppress(NoteRefused):
                    found = opened(note, (*held.keys, witness.verifier))
                    if found.witnesses and found.checkpoint.origin == origin:
                        return found.checkpoint
        return None

    def keep(self, held: Held) -> None:
        """Keeps it in the place of what was held before, and its note beside all earlier ones, by which a log is known
        that is begun anew from far back. Raises WitnessStoreUnusable, and then what is held has not changed.
        """
        said = {"format": _FORMAT, "log": held.log, "keys": [key.text for key in held.keys], "note": held.note,
                "handed_back": held.is_handed_back}  # fmt: skip
        with _told(self.folder):
            if held.note is not None:
                self._seen.mkdir(exist_ok=True)
                keep_in_folder(self._seen, held.note)
            self._write(self._state, json.dumps(said, indent=1).encode())

    def keep_proof(self, how: str, *, held: str, shown: str, proof: Sequence[bytes] | None) -> Path:
        """Keeps both notes, once, however often they are shown. Raises WitnessStoreUnusable."""
        said = {
            "how": how,
            "held": held,
            "shown": shown,
            "proof": None if proof is None else [one.hex() for one in proof],
        }
        text = json.dumps(said, indent=1, ensure_ascii=False).encode()
        path = self.folder / "misbehaviour" / f"{hashlib.sha256(text).hexdigest()[:16]}.json"
        with _told(self.folder):
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                self._write(path, text)
        return path

    def _write(self, path: Path, content: bytes) -> None:
        half = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
        try:
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                half.unlink()


def _require_sound(held: Held, written_as: object, witness: Witness) -> None:
    """What is held has been signed by the log, and by this witness: whoever changes it can do neither."""
    if written_as != _FORMAT or not held.keys:
        raise ValueError("it is of another program")
    if held.note is not None and not opened(held.note, (*held.keys, witness.verifier)).witnesses:
        raise ValueError("the last checkpoint in it lacks this witness's line")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WitnessStoreUnusable(f"{WitnessStoreUnusable.__doc__} {folder}: {problem}.") from None


def _damaged(path: Path, problem: str) -> WitnessStoreUnusable:
    return WitnessStoreUnusable(
        f"{WitnessStoreUnusable.__doc__} {path} is damaged ({problem}). Put it back from a copy. Without one, begin in "
        "an empty folder, and compare what it cosigns first with the newest checkpoint that is known from here."
    )
