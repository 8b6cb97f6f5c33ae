"""Personal data sealed: AES-256-GCM under a key of each application, which the master key wraps.

Whoever destroys an application's wrapped key has destroyed what was sealed with it, in every copy of the database that
does not hold the key. What is sealed is bound to its place (table, application, entry): moved elsewhere it does not
open. Bytes in, bytes out; rows are ``storage``'s.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from routing.domain.application import Particulars, particulars_text
from routing.domain.errors import Fault

# The first byte of everything sealed: another way of sealing gets another number.
_FORMAT = b"\x01"
_NONCE = 12
_KEY = 32
#: Bytes of a blind index: enough that no two NIKs meet, too few to be taken for the key's output elsewhere.
_INDEX = 16
#: Bytes of a pseudonym: no two officers of an office meet, and a person can still compare two of them.
_PSEUDONYM = 8


class SealBroken(Fault):
    """What was sealed does not open: it was changed, moved, or sealed with another key."""

    code = "seal_broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationKey:
    """The key of one application; it exists unwrapped in memory only."""

    application_id: int
    #: seals particulars, notes and whatever else belongs to the application
    data: bytes = field(repr=False)
    #: keys the digests that stand for free text in the log
    digest: bytes = field(repr=False)

    def seal_particulars(self, who: Particulars) -> bytes:
        """Who applies, as one sealed text."""
        return self.seal(particulars_text(who).encode(), "particulars")

    def particulars(self, sealed: bytes) -> Particulars:
        """Who applies. Raises SealBroken."""
        return Particulars(**json.loads(self.open(sealed, "particulars")))

    def seal_note(self, seq: int, text: str) -> bytes:
        """The free text of this entry."""
        return self.seal(text.encode(), f"notes|{seq}")

    def note(self, seq: int, sealed: bytes) -> str:
        """The free text of this entry. Raises SealBroken."""
        return self.open(sealed, f"notes|{seq}").decode()

    def seal_answer(self, seq: int, text: str) -> bytes:
        """What was answered to an integrity signal, told of by this entry."""
        return self.seal(text.encode(), f"signal_answers|{seq}")

    def answer(self, seq: int, sealed: bytes) -> str:
        """The answer that this entry tells of. Raises SealBroken."""
        return self.open(sealed, f"signal_answers|{seq}").decode()

    def seal(self, clear: bytes, place: str) -> bytes:
        """Sealed for this place (a table, and the row where an application has several)."""
        return _seal(AESGCM(self.data), clear, f"{place}|{self.application_id}")

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for this place. Raises SealBroken."""
        return _open(AESGCM(self.data), sealed, f"{place}|{self.application_id}")


class Vault:
    """What the master key can do; the key itself is not kept beside what is derived from it."""

    def __init__(self, master_key: bytes) -> None:
        self._wrapping = AESGCM(_derived(master_key, "wrap the keys of applications"))
        self._index_key = _derived(master_key, "index of NIKs")
        self._pseudonym_key = _derived(master_key, "pseudonyms of officers")
        #: tells this master key from another; kept in the database, and no help in finding the key
        self.check_value = _derived(master_key, "which master key this is")[:_INDEX]

    def new_key(self, application_id: int, digest_key: bytes) -> ApplicationKey:
        """A key for an application; its digest key was drawn with its identity."""
        return ApplicationKey(application_id=application_id, data=secrets.token_bytes(_KEY), digest=digest_key)

    def wrap(self, key: ApplicationKey) -> bytes:
        """The key as it is kept."""
        return _seal(self._wrapping, key.data + key.digest, f"application_keys|{key.application_id}")

    def unwrap(self, application_id: int, wrapped: bytes) -> ApplicationKey:
        """The key of the application. Raises SealBroken."""
        both = _open(self._wrapping, wrapped, f"application_keys|{application_id}")
        return ApplicationKey(application_id=application_id, data=both[:_KEY], digest=both[_KEY:])

    def index_of(self, nik: str) -> bytes:
        """The same for the same (checked) NIK, and of no use to whoever has not the master key.

        Keyed, because the 10^10 NIKs there can be are tried out in hours.
        """
        return hmac.digest(self._index_key, nik.encode(), "sha256")[:_INDEX]

    def pseudonym_of(self, account: str) -> str:
        """The same for the same account in every export, and no way back for whoever has not the master key.

        Keyed, because an office has few accounts and everybody knows their codes.
        """
        return hmac.digest(self._pseudonym_key, account.encode(), "sha256")[:_PSEUDONYM].hex()


def _seal(cipher: AESGCM, clear: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return _FORMAT + nonce + cipher.encrypt(nonce, clear, place.encode())


def _open(cipher: AESGCM, sealed: bytes, place: str) -> bytes:
    try:
        # Of another format nothing is left to decrypt, and that does not open either.
        nonce = sealed[1 : 1 + _NONCE] if sealed[:1] == _FORMAT else b""
        return cipher.decrypt(nonce, sealed[1 + _NONCE :], place.encode())
    except (InvalidTag, ValueError):
        message = f"What is sealed as {place} does not open: it was changed, moved, or sealed with another key."
        raise SealBroken(message) from None


def _derived(master_key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY, salt=None, info=f"satuatap: {purpose}".encode()).derive(
        master_key
    )
