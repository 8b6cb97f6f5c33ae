"""What an applicant holds against an office that would rewrite its past: a signed line about one entry of the log.

It says no more than that the application had an entry of that number, hash and time, so it may be shown to anybody.
Pure: keys come in as values. Which keys may be trusted is what the log says of them, and the reader's own judgement.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from routing.domain.audit_chain import Entry
from routing.domain.checkpoints import VerifierKey
from routing.domain.errors import Kind, Refusal
from routing.domain.identifiers import CROCKFORD
from routing.domain.phrases import Phrase

#: The name of a receipts' key, and the kind of the office's entry that makes it known: fact ``key``, a verifier key.
KEY_NAME = "satuatap-receipts"
RECEIPT_KEY = "receipt-key"
#: Kinds of entries that somebody is given a receipt for: what the applicant did and what the office answered.
RECEIPTED = ("submitted", "decided", "withdrawn", "resumed", "ended", "deemed")

_FORMAT = "SA1"
_SHORT_CHARACTERS = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Number, entry, hash, time, signature: base64 without padding has 43 characters for 32 bytes and 86 for 64.
_RECEIPT = re.compile(
    r"SA1\.([0-9A-Z][0-9A-Z-]{0,99})\.([1-9][0-9]{0,8})\.([0-9A-Za-z_-]{43})\.([0-9]{1,16})\.([0-9A-Za-z_-]{86})"
)


class NotAReceipt(Refusal):
    """This is no receipt of an entry: {problem}. Scan the QR code once more, or copy the whole line from SA1 on."""

    code = "not_a_receipt"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReceipt:
    """That an application's log has this entry."""

    number: str
    seq: int
    #: the entry's chain hash, which stands for all entries before it, too
    hash: bytes
    at: datetime
    signature: bytes

    @property
    def text(self) -> str:
        """The whole of it, as the QR code has it."""
        return f"{receipt_statement(self.number, self.seq, self.hash, self.at)}.{_base64(self.signature)}"

    @property
    def short(self) -> str:
        """Sixteen characters to be read out or compared with paper; 80 bits of the statement's digest, no proof."""
        return short_code(receipt_statement(self.number, self.seq, self.hash, self.at))


def receipt_statement(number: str, seq: int, entry_hash: bytes, at: datetime) -> str:
    """What is signed."""
    return f"{_FORMAT}.{number}.{seq}.{_base64(entry_hash)}.{(at - _EPOCH) // _MICROSECOND}"


def short_code(statement: str) -> str:
    """The short code of a statement, in fours."""
    digest = int.from_bytes(hashlib.sha256(statement.encode()).digest()[:10], "big")
    signs = "".join(CROCKFORD[digest >> 5 * place & 31] for place in reversed(range(_SHORT_CHARACTERS)))
    return "-".join(signs[start : start + 4] for start in range(0, _SHORT_CHARACTERS, 4))


def signed_receipt(number: str, seq: int, entry_hash: bytes, at: datetime, key: Ed25519PrivateKey) -> LogReceipt:
    """The receipt of that entry."""
    signature = key.sign(receipt_statement(number, seq, entry_hash, at).encode())
    return LogReceipt(number=number, seq=seq, hash=entry_hash, at=at, signature=signature)


def receipt_of(number: str, entries: Sequence[Entry], key: Ed25519PrivateKey) -> LogReceipt | None:
    """The receipt of what somebody did just now, of whose entries others may be the consequences; None: none."""
    entry = next((one for one in reversed(entries) if one.kind in RECEIPTED), entries[-1] if entries else None)
    return signed_receipt(number, entry.seq, entry.hash, entry.at, key) if entry is not None else None


def receipt_read(text: str) -> LogReceipt:
    """The receipt from its text; white space that a line break or a scanner put in is passed over.

    Raises NotAReceipt. Says nothing of whether it is true.
    """
    found = _RECEIPT.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        raise NotAReceipt(problem=Phrase("it does not have the five parts of one, or one of them is cut off"))
    number, seq, entry_hash, microseconds, signature = found.groups()
    try:
        return LogReceipt(
            number=number,
            seq=int(seq),
            hash=_bytes(entry_hash),
            at=_EPOCH + timedelta(microseconds=int(microseconds)),
            signature=_bytes(signature),
        )
    except (ValueError, OverflowError, binascii.Error):
        raise NotAReceipt(problem=Phrase("one of its parts cannot be read")) from None


def is_signed_by(receipt: LogReceipt, keys: Iterable[VerifierKey]) -> bool:
    """Whether one of these keys has signed it."""
    statement = receipt_statement(receipt.number, receipt.seq, receipt.hash, receipt.at).encode()
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(receipt.signature, statement)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _base64(raw) != text:
        # The last character has bits to spare; two spellings of one signature would be two receipts.
        raise ValueError(text)
    return raw
