"""A checkpoint: the signed statement of the whole log's size and root, in the words any transparency log uses.

The text is C2SP's: signed-note, tlog-checkpoint, and tlog-cosignature (``cosignature/v1``) for what witnesses add.
Ed25519 only. Keys come in as values: where they lie is the vault's, and which one may be trusted is the reader's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_HASH_BYTES = 32
_KEY_ID_BYTES = 4
_TIME_BYTES = 8
# A note with more lines than any office has witnesses is somebody's attempt to keep a verifier busy.
_MOST_SIGNATURES = 64
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Statement(IntEnum):
    """What a key states by signing; C2SP's signature types."""

    #: the log: this is my size and root
    LOG = 0x01
    #: a witness: and at this time it was the largest I had seen, grown from all I had seen before
    WITNESS = 0x04


class NoteRefused(ValueError):
    """The note is not one, or no key that is trusted here has signed it; the message says which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and root of one log at one time."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, as it is handed round: ``name+key id+base64(type || public key)``."""

    name: str
    public: bytes
    statement: Statement = Statement.LOG

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(mark.isspace() for mark in self.name):
            raise ValueError(f"a key's name is not empty and has neither spaces nor plus signs: {self.name!r}")

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey, statement: Statement = Statement.LOG) -> VerifierKey:
        """The public half of a signer's key."""
        return cls(name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), statement)

    @classmethod
    def parsed(cls, text: str) -> VerifierKey:
        """A key from its text. Raises ValueError where it is none or names another id than its own."""
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = cls(name, raw[1:], Statement(raw[0]))
        except (ValueError, IndexError) as error:
            raise ValueError(f"this is no verifier key: {text!r}") from error
        if len(key.public) != _HASH_BYTES or key.key_id.hex() != key_id:
            raise ValueError(f"this verifier key does not have the id it names: {text!r}")
        return key

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature line finds its key; not a proof of anything."""
        tagged = self.name.encode() + b"\n" + bytes([self.statement]) + self.public
        return hashlib.sha256(tagged).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as it is printed, pinned and written into the log."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.statement]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Signed:
    """A note that was opened: what it states, and which of the keys asked about have truly signed it."""

    checkpoint: Checkpoint
    #: the log's keys that signed, as they stand in the note
    signers: tuple[VerifierKey, ...]
    #: the witnesses that cosigned, and when each says it did
    witnesses: tuple[tuple[VerifierKey, datetime], ...]


def signed(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The note by which the log states its size and root, signed under the log's origin."""
    text = checkpoint.text
    return f"{text}\n{_line(VerifierKey.of(checkpoint.origin, key), key.sign(text.encode()))}"


def cosigned(note: str, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """The note with a witness's line added. What a witness must have checked before, this cannot know."""
    return note + cosignature(note, name, key, at)


def cosignature(note: str, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """A witness's line alone, as it is sent back to the log."""
    text, _ = _parts(note)
    seconds = int(at.timestamp())
    proof = seconds.to_bytes(_TIME_BYTES, "big") + key.sign(_witnessed(text, seconds))
    return _line(VerifierKey.of(name, key, Statement.WITNESS), proof)


def opened(note: str, keys: Iterable[VerifierKey]) -> Signed:
    """What the note states, once one of the log's ``keys`` is shown to have signed it.

    A witness's key may be among the keys; it vouches for nothing alone. Lines by other keys are passed over, a false
    line by a known key spoils the note. Raises NoteRefused.
    """
    text, lines = _parts(note)
    checkpoint = _checkpoint(text)
    known = {(key.name, key.key_id): key for key in keys}
    signers: list[VerifierKey] = []
    witnesses: list[tuple[VerifierKey, datetime]] = []
    for name, key_id, proof in lines:
        key = known.get((name, key_id))
        if key is None:
            continue
        if key.statement is Statement.WITNESS:
            witnesses.append((key, _witnessed_at(key, text, proof)))
        else:
            _check(key, proof, text.encode())
            signers.append(key)
    if not any(key.name == checkpoint.origin for key in signers):
        raise NoteRefused(f"none of the trusted keys of {checkpoint.origin} has signed this checkpoint")
    return Signed(checkpoint, tuple(signers), tuple(witnesses))


def with_lines_of(note: str, other: str) -> str:
    """The note with the signature lines that another has over the same text. Raises NoteRefused."""
    text, _ = _parts(note)
    other_text, _ = _parts(other)
    if text != other_text:
        return note
    lines = note.rpartition("\n\n")[2].splitlines(keepends=True)
    new = [line for line in other.rpartition("\n\n")[2].splitlines(keepends=True) if line not in lines]
    return note + "".join(new)


def with_line_of(key: VerifierKey, note: str, other: str) -> str:
    """The note with that key's line over the same text in another, the first; nothing else of it. Raises NoteRefused.

    Whether the line is true, ``opened`` says.
    """
    text, lines = _parts(other)
    if text != _parts(note)[0]:
        raise NoteRefused("the other note is over another text")
    for name, key_id, proof in lines:
        if (name, key_id) == (key.name, key.key_id):
            return note + _line(key, proof)
    raise NoteRefused(f"{key.name} has not signed the other note")


def stated(note: str) -> Checkpoint:
    """What a note claims, whoever signed it. For choosing what to open it with; never to be believed."""
    return _checkpoint(_parts(note)[0])


def _parts(note: str) -> tuple[str, Sequence[tuple[str, bytes, bytes]]]:
    """The signed text and its lines: name, key id, signature."""
    text, gap, block = note.rpartition("\n\n")
    if not gap or not block.endswith("\n") or _CONTROL.search(note):
        raise NoteRefused("this is no signed note: a text, an empty line, and lines of signatures")
    lines = block.removesuffix("\n").split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise NoteRefused(f"the note has more than {_MOST_SIGNATURES} signatures")
    return text + "\n", [_read_line(line) for line in lines]


def _read_line(line: str) -> tuple[str, bytes, bytes]:
    try:
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise NoteRefused(f"this is no line of a signature: {line!r}") from None
    # Bits that decoding ignores would make two texts of one signature.
    if dash != "\u2014" or not name or len(raw) <= _KEY_ID_BYTES or _base64(raw) != encoded:
        raise NoteRefused(f"this is no line of a signature: {line!r}")
    return name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]


def _checkpoint(text: str) -> Checkpoint:
    origin, *rest = text.split("\n")
    if not origin or len(rest) < 3 or not _SIZE.fullmatch(rest[0]):
        raise NoteRefused("the note is signed over something else than a checkpoint: origin, size, root")
    try:
        root = base64.b64decode(rest[1], validate=True)
    except binascii.Error:
        root = b""
    if len(root) != _HASH_BYTES or _base64(root) != rest[1]:
        raise NoteRefused(f"the root of this checkpoint is no hash: {rest[1]!r}")
    return Checkpoint(origin, int(rest[0]), root)


def _witnessed_at(key: VerifierKey, text: str, proof: bytes) -> datetime:
    seconds = int.from_bytes(proof[:_TIME_BYTES], "big")
    _check(key, proof[_TIME_BYTES:], _witnessed(text, seconds))
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise NoteRefused(f"{key.name} cosigned at no time there is") from None


def _witnessed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _check(key: VerifierKey, proof: bytes, message: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(proof, message)
    except InvalidSignature:
        raise NoteRefused(f"the signature of {key.name} on this note is false") from None


def _line(key: VerifierKey, proof: bytes) -> str:
    return f"\u2014 {key.name} {_base64(key.key_id + proof)}\n"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
