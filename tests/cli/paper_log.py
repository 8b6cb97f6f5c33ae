"""A log without an office: entries, tree, checkpoint and receipts made of the pure parts, to be handed to verifiers."""

import base64
import hashlib
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.audit_chain import GENESIS, canonical, link, rfc3339, write_entry
from routing.domain.checkpoints import Checkpoint, Statement, VerifierKey, cosigned, signed
from routing.domain.incarnations import begun_anew
from routing.domain.log_identity import rotated
from routing.domain.merkle_log import Frontier, inclusion_proof, leaf_hash, root_of
from routing.formats.proof_bundle import ProofBundle, SealedEntry

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
OFFICE = "office"
#: What JSON can hold and readers stumble over.
STRANGE: tuple[Any, ...] = (
    0, -1, 2**53 - 1, 0.1, -0.5, 1e21, 1e20, 1e-7, 123456.789, 5e-324, 1.7976931348623157e308, True, False, [], {},
    "", "\u00e9", "e\u0301", "\U0001f600", "\ue000", "a\u2028b", '\t"\\/\x7f\x1f', "\u200b", [1, [2, {"x": []}]],
    {"\U0001f600": 1, "\ue000": 2, "b": 3, "__proto__": 4, "10": 5, "9": 6},
)  # fmt: skip


def key_of(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


class PaperLog:
    """One log; what is added after ``seal`` needs another one."""

    def __init__(self, seed: int, *, whose: str = "office") -> None:
        self.chance = random.Random(seed)
        self.origin = f"satuatap-{seed:08x}/log/1"
        self.keys = [key_of(f"{whose} {seed}")]
        self.receipt_key = key_of(f"{whose} receipts {seed}")
        self.witness = key_of("witness")
        self.chains: dict[str, list[tuple[bytes, bytes]]] = {OFFICE: []}
        self.documents: dict[str, bytes] = {}
        self.leaves: list[tuple[str, int]] = []
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._frontier = Frontier()
        self.note = ""
        self._published = VerifierKey.of(self.origin, self.keys[0]).text
        self.notes_office("log-begun", origin=self.origin, key=self.verifier_key)
        self.notes_office("receipt-key", key=VerifierKey.of(f"{self.origin}/receipts", self.receipt_key).text)

    @property
    def verifier_key(self) -> str:
        """The oldest one, as it was published."""
        return self._published

    @property
    def witness_key(self) -> str:
        return VerifierKey.of("inspektorat", self.witness, Statement.WITNESS).text

    def notes_office(self, kind: str, **facts: object) -> None:
        chain = self.chains[OFFICE]
        said = {"office": True, "seq": len(chain) + 1, "kind": kind, "at": rfc3339(AT), "actor": "system", **facts}
        body = canonical(said)
        self._adds(OFFICE, body, link(chain[-1][1] if chain else GENESIS, body))

    def rotates(self, *, signer: Ed25519PrivateKey | None = None) -> None:
        """The log gets another key, handed over by the one before it; or by a ``signer`` who is not."""
        old, new = self.keys[-1], key_of(f"{self.origin} {len(self.keys)}")
        before, after = VerifierKey.of(self.origin, old), VerifierKey.of(self.origin, new)
        self.notes_office("key-rotated", **rotated(before, after, signer or old))
        self.keys.append(new)

    def begins_anew(self, lost: str, *, signer: Ed25519PrivateKey | None = None) -> None:
        """From what is there, as after a restore; signed by the key it had, or by a ``signer`` who has not."""
        old = VerifierKey.of(self.origin, self.keys[-1])
        key, restored = signer or self.keys[-1], len(self.leaves)
        said = begun_anew(old=old, signer=key, note=lost, restored=restored, reason="\u00e9", by=("kadek", "wira"))
        self.notes_office("incarnation-begun", **said)
        self.origin, self.keys = str(said["origin"]), [key]

    def writes(self, number: str, kind: str, **facts: object) -> None:
        chain = self.chains.setdefault(number, [])
        entry = write_entry(
            application_id=1, seq=len(chain) + 1, previous=chain[-1][1] if chain else GENESIS,
            at=AT + timedelta(minutes=len(self.leaves)), kind=kind, desk="verifikasi", actor="omar",
            facts={"application": number, **facts},
        )  # fmt: skip
        self._adds(number, entry.body, entry.hash)

    def lives(self, applications: int, *, rotates: bool = False) -> None:
        """Applications come in and move on, mixed as in an office."""
        numbers = [f"PBG-2026-{count:06d}" for count in range(1, applications + 1)]
        for number in numbers:
            self.writes(number, "submitted", workflow=self._named("w"), calendar=self._named("c"), channel="counter")
        for count in range(applications * 4):
            if rotates and count == applications:
                self.rotates()
            number = self.chance.choice(numbers)
            kind = self.chance.choice(["attached", "decided", "decided", "migrated", "arrived"])
            self.writes(number, kind, **self._facts(kind))
        self.seal()

    def seal(self, *, cosigns: bool = True) -> str:
        checkpoint = Checkpoint(self.origin, len(self.leaves), root_of(self.subtree, len(self.leaves)))
        note = signed(checkpoint, self.keys[-1])
        self.note = cosigned(note, "inspektorat", self.witness, AT) if cosigns else note
        return self.note

    def bundle(self, number: str) -> ProofBundle:
        texts = {name: text for name, text in self.documents.items() if self._is_named(number, name)}
        return ProofBundle(
            origin=self.origin,
            application=number,
            keys=self._verifier_keys(),
            checkpoint=self.note,
            entries=self._sealed(number),
            workflows={name: text for name, text in texts.items() if text.startswith(b'{"c":"w')},
            calendars={name: text for name, text in texts.items() if text.startswith(b'{"c":"c')},
            office=self._sealed(OFFICE),
            made_at=AT,
        )

    def receipt(self, number: str, seq: int, *, given: datetime = AT - timedelta(days=1)) -> str:
        time = round(given.timestamp() * 1_000_000)
        text = f"SA1.{number}.{seq}.{url64(self.chains[number][seq - 1][1])}.{time}"
        return f"{text}.{url64(self.receipt_key.sign(text.encode()))}"

    def export(self) -> Mapping[str, Any]:
        """What an export of the whole log holds: its header, and its lines."""
        header = {"format": "satuatap-log/1", "origin": self.origin, "keys": self._verifier_keys(),
                  "checkpoint": self.note, "made_at": rfc3339(AT)}  # fmt: skip
        lines = [
            {"leaf": leaf, "of": of, "seq": seq, "body": body.decode(), "hash": hashed.hex()}
            for leaf, (of, seq) in enumerate(self.leaves)
            for body, hashed in [self.chains[of][seq - 1]]
        ]
        return {"header": header, "lines": lines}

    def _verifier_keys(self) -> list[str]:
        return [VerifierKey.of(self.origin, one).text for one in self.keys]

    def _adds(self, of: str, body: bytes, hashed: bytes) -> None:
        self.chains[of].append((body, hashed))
        leaf = leaf_hash(hashed)
        self._nodes[0, len(self.leaves)] = leaf
        self._nodes.update({(level, place): one for level, place, one in self._frontier.add(leaf)})
        self.leaves.append((of, len(self.chains[of])))

    def subtree(self, level: int, place: int) -> bytes:
        return self._nodes[level, place]

    def _sealed(self, of: str) -> Sequence[SealedEntry]:
        sealed = []
        for leaf, (whose, seq) in enumerate(self.leaves):
            if whose == of:
                body, hashed = self.chains[of][seq - 1]
                previous = None if of != OFFICE else self.chains[of][seq - 2][1] if seq > 1 else GENESIS
                proof = inclusion_proof(self.subtree, leaf, len(self.leaves))
                sealed.append(SealedEntry(seq=seq, body=body, hash=hashed, leaf=leaf, proof=proof, previous=previous))
        return sealed

    def _named(self, kind: str) -> str:
        text = canonical({"c": f"{kind}{self.chance.randrange(3)}", "title": "Alur \u00e9", "days": [1, 2, 3]})
        name = hashlib.sha256(text).hexdigest()
        self.documents[name] = text
        return name

    def _facts(self, kind: str) -> dict[str, object]:
        if kind == "attached":
            return {"attachment": 1, "digest": self.chance.randbytes(32).hex(), "bytes": 1234}
        if kind == "migrated":
            return {"workflow": self._named("w"), "workflow_before": self._named("w")}
        if kind == "decided":
            return {"to": "verify", "clock": {"calendar": self._named("c"), "state": "running"}}
        return {"strange": self.chance.choice(STRANGE), "facts": {"\u00e9": self.chance.choice(STRANGE)}}

    def _is_named(self, number: str, name: str) -> bool:
        return any(name.encode() in body for body, _ in self.chains[number])


def url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
