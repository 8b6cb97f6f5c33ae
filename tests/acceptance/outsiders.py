"""Whoever may doubt the office: what they were given while it was honest, and what they find with it later.

Each finding is a few words with the entry, the seal or both roots; None: nothing is wrong as far as they can see.
"""

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from routing.actions.guard_log import guard
from routing.actions.seal import seal
from routing.cli import satuatap_verify
from routing.domain.checkpoints import Checkpoint, VerifierKey, stated
from routing.domain.errors import Fault, UnknownApplication
from routing.domain.log_identity import NAMING
from routing.domain.log_receipts import receipt_read
from routing.domain.office_entries import OfficeEntry
from routing.domain.rollback import LogBehind
from routing.domain.witnessing import Held, Misbehaved, NotThePinnedLog, examined
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.log_receipts import Finding, judge_receipt, receipts_of
from routing.reading.proof_bundle import proof_bundle
from routing.reading.proofs import NoSuchProof, consistency, newest_checkpoint
from routing.reading.sealed_chains import verify_sealed_log
from routing.reading.sealed_log import sealed_log

#: Who finds it: the office's own program; an outsider with the published key alone, and with each thing kept besides.
INSIDE, KEY = "`audit verify`", "the key alone"
RECEIPT, BUNDLE, CHECKPOINT, WITNESS = "a receipt kept", "a bundle kept", "a checkpoint kept", "the witness"
WAYS = (INSIDE, KEY, RECEIPT, BUNDLE, CHECKPOINT, WITNESS)


@dataclass(frozen=True)
class Kept:
    """What lies outside."""

    folder: Path
    #: the log's and the receipts' key, as the office published them
    key: str
    receipt_key: str
    #: by application
    receipts: Mapping[str, tuple[str, ...]]
    checkpoint: str

    @property
    def seal(self) -> Checkpoint:
        return stated(self.checkpoint)

    def bundle(self, number: str) -> Path:
        return self.folder / f"{number}.json"


def keep(office: Office, numbers: tuple[str, ...], folder: Path) -> Kept:
    """What an honest office gives to whoever asks."""
    folder.mkdir()
    receipts = {number: tuple(one.receipt.text for one in receipts_of(office, number)) for number in numbers}
    # The key of receipts is made known in the log when it is first used.
    seal(office)
    for number in numbers:
        bundle = proof_bundle(office, number).bundle
        (folder / f"{number}.json").write_bytes(bundle.bytes())
    checkpoint = newest_checkpoint(office).note
    (folder / "checkpoint").write_text(checkpoint, encoding="utf-8")
    (receipt_key,) = {
        str(said["key"]) for said in map(json.loads, _bodies(bundle.bytes())) if said["kind"] == "receipt-key"
    }
    return Kept(folder, bundle.keys[0], receipt_key, receipts, checkpoint)


def _bodies(bundle: bytes) -> list[str]:
    return [entry["body"] for entry in json.loads(bundle)["office"]]


class Outsiders:
    """Those who look at an office of which they kept something."""

    def __init__(self, office: Office, kept: Kept, folder: Path) -> None:
        self._office, self._kept, self._folder = office, kept, folder
        folder.mkdir()

    def found(self) -> dict[str, str]:
        """By who found it; numbers of applications are their letters, in their order."""
        ways: dict[str, Callable[[], str | None]] = {
            INSIDE: self._inside,
            KEY: self._bundles_alone,
            RECEIPT: self._with_receipts,
            BUNDLE: self._with_bundles,
            CHECKPOINT: self._with_checkpoint,
            WITNESS: self._witness,
        }
        found = {name: self._in_letters(way()) for name, way in ways.items()}
        return {name: one for name, one in found.items() if one is not None}

    def _inside(self) -> str | None:
        """What ``satuatap audit verify`` names first."""
        for one in verify_chains(self._office).breaks:
            return f"{one.number}, entry {one.seq}"
        problems = verify_sealed_log(self._office).problems
        return problems[0].where if problems else None

    def _bundles_alone(self) -> str | None:
        files = [file for number in self._kept.receipts for file in self._today(number)]
        return self._wrong(*files)

    def _with_receipts(self) -> str | None:
        """Held to a bundle made today; and where that is no good itself, to what the office's own program says."""
        first: str | None = None
        for number, receipts in self._kept.receipts.items():
            # The oldest first.
            for receipt in reversed(receipts):
                read = receipt_read(receipt)
                finding = judge_receipt(self._office, read).finding
                said = f"{finding.value}: {number}, entry {read.seq}" if finding is not Finding.HOLDS else None
                today = self._today(number)
                found = self._wrong(*today, "--receipt", receipt, "--receipt-key", self._kept.receipt_key)
                if found is not None and found.startswith("receipt-"):
                    return found
                if said is not None:
                    return said
                first = first or found
        return first

    def _with_bundles(self) -> str | None:
        for number in self._kept.receipts:
            today = self._today(number)
            if not today:
                return f"{number}: the office has no such application"
            found = self._wrong(str(self._kept.bundle(number)), *today)
            if found:
                return found
        return None

    def _with_checkpoint(self) -> str | None:
        log = self._folder / "log.jsonl"
        log.write_bytes(b"".join(sealed_log(self._office)))
        return self._wrong(str(self._kept.folder / "checkpoint"), str(log))

    def _witness(self) -> str | None:
        """What ``satuatap audit witness`` says, which holds the checkpoint that was kept."""
        held = Held(log="the office", keys=(VerifierKey.parsed(self._kept.key),), note=self._kept.checkpoint)
        shown = newest_checkpoint(self._office).note
        try:
            examined(held, shown, entries=self._about_keys, prove=self._prove, recall=lambda *_: None, accepts=False)
        except Misbehaved as misbehaved:
            assert stated(shown).root != self._kept.seal.root
            return f"it {misbehaved.how.value}: both roots"
        except NotThePinnedLog as refused:
            return refused.code
        return None

    def _about_keys(self) -> Sequence[OfficeEntry]:
        with self._office.transaction() as tx:
            return tx.office_log.of_kind(*NAMING)

    def _prove(self, old: int, new: int) -> Sequence[bytes] | None:
        with suppress(NoSuchProof):
            return consistency(self._office, old, new).proof
        return None

    def _today(self, number: str) -> list[str]:
        """The bundle the office gives out now; nothing: it does not know the application."""
        file = self._folder / f"{number}.json"
        with suppress(UnknownApplication):
            if not file.exists():
                file.write_bytes(proof_bundle(self._office, number).bundle.bytes())
            return [str(file)]
        return []

    def _wrong(self, *words: str) -> str | None:
        """The first that satuatap-verify says is not so."""
        with redirect_stdout(io.StringIO()) as said:
            satuatap_verify.main([*words, "--key", self._kept.key, "--json", "--language", "en"])
        for told in map(json.loads, said.getvalue().splitlines()):
            if told["verdict"] != "good":
                return ": ".join(filter(None, (told["code"], _where(told))))
        return None

    def _in_letters(self, sentence: str | None) -> str | None:
        for letter, number in zip("ABCDEF", sorted(self._kept.receipts), strict=False):
            sentence = sentence and sentence.replace(number, letter)
        return sentence


def _where(told: Mapping[str, str]) -> str:
    """The application and entry, the line, or that both roots were shown."""
    if told["entry"].isdecimal():
        number = re.search(r"SIP-DOKTER-[0-9A-Z-]+", f"{told['sentence']} {told['of']}")
        return f"{number[0] if number else '?'}, entry {told['entry']}"
    roots = set(re.findall(r"\d+ [0-9a-f]{64}", told["sentence"]))
    return told["entry"] or ("both roots" if len(roots) == 2 else "")


def halts(office: Office) -> str | None:
    """What the office's own guard halts it by, which remembers on the sequencer's machine what was signed last."""
    return LogBehind.code if guard(office) is not None else None


def still_seals(office: Office) -> str | None:
    """Why the sequencer signs no more; None: it does."""
    try:
        seal(office)
    except Fault as refused:
        return refused.code
    return None
