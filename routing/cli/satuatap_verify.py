"""``satuatap-verify``: does what an office of Satu Atap handed out hold, without asking that office?

This one file is the whole program. It needs Python 3.9 and the package ``cryptography``, nothing else of Satu Atap, no
database and no network, so that it can be copied to the machine of whoever doubts. It reads proof bundles, exports of
the whole log, and receipts, and says in one sentence what is wrong and with which entry. ``docs/proof-bundle.md`` is
the format; the page in ``docs/verify`` is a second verifier, written apart, that must come to the same verdicts.
Exit codes: 0 everything holds; 1 something is wrong; 2 it cannot be read, or was asked wrongly.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from itertools import chain, combinations
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

#: That a log grew: from one size, to another, by these hashes.
Growth = tuple[int, int, list[bytes]]
BUNDLE, LOG = "satuatap-bundle/1", "satuatap-log/1"
LOG_KEY, WITNESS_KEY = 0x01, 0x04
GENESIS = bytes(32)
DEEPEST = 100
#: Seconds; an honest office needs one minute.
_SEALED_WITHIN = 600
MOST = 2**53 - 1
_FIELD = 2**255 - 19
_CURVE = -121665 * pow(121666, _FIELD - 2, _FIELD) % _FIELD
_HEX = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[!-*,-~]{1,200}")
_SIZE = re.compile(r"[1-9][0-9]{0,15}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_RECEIPT = re.compile(
    r"SA1\.([!-~]{1,100})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})\.([0-9]{1,16})\.([A-Za-z0-9_-]{86})"
)

#: What is said, by code: English, Indonesian. The code itself is what programs should go by.
SENTENCES = {
    "good": ("Everything holds: {told}.", "Semuanya benar: {told}."),
    "unpinned": (
        "No key was given with --key, so its own was believed: compare {told} with the one the office published.",
        "Kunci tidak diberikan dengan --key, maka dipakai kuncinya sendiri: bandingkan {told} dengan yang diumumkan.",
    ),
    "compared": ("They tell one history.", "Keduanya menceritakan satu riwayat."),
    "uncompared": (
        "Nothing in one contradicts the other, but they do not prove that one log grew from the other.",
        "Keduanya tidak bertentangan, tetapi tidak membuktikan bahwa log yang satu tumbuh dari yang lain.",
    ),
    "unrelated": (
        "They are of two logs, so nothing in them was compared: {told}.",
        "Keduanya dari dua log, jadi tidak ada yang dibandingkan: {told}.",
    ),
    "json": ("This is not JSON that can be read in one way only: {told}.",
             "Ini bukan JSON yang hanya dapat dibaca dengan satu cara: {told}."),
    "format": ("This is neither a proof bundle, nor an export of the log, nor a receipt.",
               "Ini bukan berkas bukti, bukan ekspor log, dan bukan tanda terima."),
    "shape": ("It is not built as the format says: {told}.", "Susunannya tidak sesuai format: {told}."),
    "key": ("A key is not a key of this log, or stands there twice: {told}.",
            "Sebuah kunci bukan kunci log ini, atau tercantum dua kali: {told}."),
    "checkpoint": ("The checkpoint is not written as the format says.", "Segel tidak ditulis sesuai format."),
    "origin": ("The checkpoint is of another log: {told}.", "Segel ini milik log lain: {told}."),
    "signature": ("The signature on the checkpoint is false: {told}.", "Tanda tangan pada segel palsu: {told}."),
    "unsigned": ("No key of this log has signed the checkpoint.", "Tidak ada kunci log ini yang menandatangani segel."),
    "untrusted": ("The checkpoint is not signed by a key that you trust.",
                  "Segel tidak ditandatangani dengan kunci yang Anda percayai."),
    "cosignature": ("The witness's signature on the checkpoint is false: {told}.",
                    "Tanda tangan saksi pada segel palsu: {told}."),
    "witness": ("The witness has not cosigned this checkpoint: {told}.",
                "Saksi belum ikut menandatangani segel ini: {told}."),
    "body": ("What it says is not in canonical form, so it was changed or never written by this program.",
             "Isinya tidak dalam bentuk baku, jadi telah diubah atau tidak pernah ditulis oleh program ini."),
    "number": ("It does not speak of this application.", "Isinya bukan tentang permohonan ini."),
    "order": ("It is not the entry that must stand here: one is missing, was added, or stands in another place.",
              "Bukan catatan yang seharusnya di sini: ada yang hilang, ditambahkan, atau berpindah tempat."),
    "chain": ("Its hash does not follow from what it says and from the entry before it.",
              "Hash-nya tidak sesuai dengan isinya dan dengan catatan sebelumnya."),
    "proof": ("It is not proven to stand in the log that the checkpoint seals.",
              "Tidak terbukti berada di dalam log yang disegel."),
    "introduction": ("The log does not tell of this key: {told}.", "Log tidak menyebutkan kunci ini: {told}."),
    "rotation": (
        "It tells of a new key that the key before it has not signed.",
        "Ia menyebutkan kunci baru yang tidak ditandatangani kunci sebelumnya.",
    ),
    "incarnation": (
        "It begins the log anew, and no key the log had before has signed that.",
        "Ia memulai log dari awal, dan tidak ditandatangani kunci yang dipakai log sebelumnya.",
    ),
    "begun-anew": (
        "The log was begun anew after a restore, as its key signed (old name, sealed, restored, new name): {told}.",
        "Log dimulai lagi setelah pemulihan, kuncinya menandatangani (nama lama, tersegel, pulih, nama baru): {told}.",
    ),
    "document": ("The list of documents is not what the entries tell of.",
                 "Daftar dokumen tidak sama dengan yang tercatat."),
    "workflow": ("The workflow {told} that it names is missing, is not that text, or is named by nobody.",
                 "Alur {told} yang disebutnya tidak ada, bukan teks itu, atau tidak disebut siapa pun."),
    "calendar": ("The calendar {told} that it names is missing, is not that text, or is named by nobody.",
                 "Kalender {told} yang disebutnya tidak ada, bukan teks itu, atau tidak disebut siapa pun."),
    "leaf": ("The leaves are not numbered one after the other: {told}.", "Nomor daun tidak berurutan: {told}."),
    "root": ("The entries are not the ones that were sealed: their root is {told}.",
             "Catatan-catatan ini bukan yang disegel: akarnya {told}."),
    "receipt": ("This is not a receipt of Satu Atap.", "Ini bukan tanda terima Satu Atap."),
    "receipt-key": ("No key is given that this receipt could be checked with: name one, or give the bundle.",
                    "Tidak ada kunci untuk memeriksa tanda terima ini: sebutkan, atau sertakan berkas bukti."),
    "receipt-signature": ("The signature of the receipt is false.", "Tanda tangan pada tanda terima palsu."),
    "receipt-number": ("The receipt is of another application: {told}.",
                       "Tanda terima ini untuk permohonan lain: {told}."),
    "receipt-later": (
        "The receipt is newer than this file, which cannot tell of its entry yet: get a newer file.",
        "Tanda terima ini lebih baru daripada berkas ini, yang belum dapat memuat catatannya: mintalah berkas baru.",
    ),
    "receipt-missing": ("The receipt is for an entry that is not there any more.",
                        "Tanda terima ini untuk catatan yang sudah tidak ada."),
    "receipt-hash": ("The entry is another than the one the receipt was given for.",
                     "Catatannya bukan yang dulu diberi tanda terima."),
    "note-key": (
        "A checkpoint brings no key along: name the key of its log with --key.",
        "Segel tidak membawa kunci: sebutkan kunci log-nya dengan --key.",
    ),
    "consistency": (
        "The proof does not lead from the one root to the other: {told}.",
        "Bukti tidak menghubungkan akar yang satu dengan yang lain: {told}.",
    ),
    "fork": ("One log, two histories; keep both files, they are the proof: {told}.",
             "Satu log, dua riwayat; simpan kedua berkas, keduanya adalah bukti: {told}."),
}  # fmt: skip
PLACES = {
    "entry": ("entry {no}", "catatan {no}"),
    "office": ("office entry {no} in this file", "catatan kantor ke-{no} dalam berkas ini"),
    "line": ("line {no}", "baris {no}"),
}


class Problem(Exception):
    """The first thing that is wrong."""

    def __init__(self, code: str, entry: str = "", told: str = "") -> None:
        super().__init__(code)
        self.code, self.entry, self.told = code, entry, told


class Unreadable(Problem):
    """It cannot be judged at all."""


@dataclass(frozen=True)
class Verdict:
    """``verdict``: good, wrong or unreadable; ``entry``, where: "4", "office 1", "line 7", or nothing in particular."""

    verdict: str
    code: str
    entry: str = ""
    told: str = ""
    seen: Any = field(default=None, compare=False)

    def sentence(self, language: str) -> str:
        """What a person is told."""
        at = 1 if language == "id" else 0
        said = SENTENCES[self.code][at].format(told=self.told)
        kind, _, no = self.entry.rpartition(" ")
        place = PLACES[kind or "entry"][at].format(no=no) if self.entry else ""
        return f"{place[0].upper()}{place[1:]}: {said[0].lower()}{said[1:]}" if place else said


class Anew(NamedTuple):
    """A log that goes on under another name from what was restored of it."""

    #: its key under the name before
    old: str
    old_origin: str
    #: leaves that were sealed, as far as was known
    lost: int
    #: of these, still there
    restored: int
    origin: str


@dataclass
class Seen:
    """What a good file proved, for comparing it with others."""

    origin: str
    size: int
    root: bytes
    #: the log's keys that signed the checkpoint
    signers: list[str]
    application: str = ""
    #: when its office says it was made; None: it is a checkpoint, which holds no entries
    made_at: str | None = None
    #: how many entries were gone through
    count: int = 0
    #: chain hashes by (application, seq)
    hashes: dict[tuple[str, int], bytes] = field(default_factory=dict)
    #: complete subtrees by (level, place); a log that only grows never changes one
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    receipt_keys: list[str] = field(default_factory=list)
    #: the log's keys that its own entries tell of: the key by the one that handed over to it, None for a first one
    told: dict[str, str | None] = field(default_factory=dict)
    anew: list[Anew] = field(default_factory=list)


# --- reading: JSON that means one thing ---------------------------------------------------------------------------


def read_json(text: str) -> Any:
    """The value; numbers are doubles. Raises ValueError for whatever two readers could read in two ways."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_int=float, parse_float=float, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    # Without an escape there is no half of a pair in a text that was decoded, and without brackets no depth.
    is_suspect = "\\u" in text or text.count("{") + text.count("[") > DEEPEST
    waiting: list[tuple[Any, int]] = [(value, 0)] if is_suspect else []
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, (dict, list)):
            if depth >= DEEPEST:
                raise ValueError("nested too deeply")
            waiting += [(part, depth + 1) for part in (one.values() if isinstance(one, dict) else one)]
            waiting += [(name, 0) for name in (one if isinstance(one, dict) else ())]
        elif isinstance(one, str):
            one.encode()  # Half of a surrogate pair is no text: UnicodeEncodeError, a ValueError.
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def canonical(value: Any) -> str:
    """The text of RFC 8785. Raises ValueError for what has none."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return _number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """As ECMAScript writes it."""
    if value - value != 0:
        raise ValueError("a number beyond all bounds")
    _, parts, exponent = Decimal(repr(abs(value))).as_tuple()
    digits = "".join(map(str, parts)).lstrip("0")
    point = len(digits) + int(exponent)
    digits = digits.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    if value == 0:
        return "0"
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _decoded(text: str) -> bytes:
    """Base64 as it is written in one way only; nothing where it is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, float) and least <= value <= MOST and value.is_integer()


# --- hashes and signatures ----------------------------------------------------------------------------------------


def link(previous: bytes, body: bytes) -> bytes:
    """An entry's hash in its chain."""
    return hashlib.sha256(b"\x02" + previous + len(body).to_bytes(8, "big") + body).digest()


def leaf_hash(data: bytes) -> bytes:
    """RFC 9162, 2.1.1."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162, 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def walk(
    leaf: bytes, place: int, size: int, proof: Sequence[bytes], nodes: dict[tuple[int, int], bytes]
) -> bytes | None:
    """The root a proof leads to (RFC 9162, 2.1.3.2), None: to none. Complete subtrees on the way go into ``nodes``."""
    if place >= size:
        return None
    level, last, walked = 0, size - 1, leaf
    nodes[0, place] = leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            while not place & 1:
                place, last, level = place >> 1, last >> 1, level + 1
            nodes[level, place - 1] = sibling
            walked = node_hash(sibling, walked)
        else:
            if (place + 2) << level <= size:
                nodes[level, place + 1] = sibling
            walked = node_hash(walked, sibling)
        place, last, level = place >> 1, last >> 1, level + 1
        if (place + 1) << level <= size:
            nodes[level, place] = walked
    return walked if last == 0 else None


def has_grown(old: int, new: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the log of ``new`` leaves begins with that of ``old``, which is smaller (RFC 9162, 2.1.4.2)."""
    hashes = [roots[0], *proof] if old & (old - 1) == 0 else list(proof)
    if not proof or not 0 < old < new:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, now) == roots


def root_from(nodes: dict[tuple[int, int], bytes], size: int) -> bytes | None:
    """The root of the first ``size`` leaves, made of complete subtrees; None: one of them is not known."""
    root = None
    for level in range(size.bit_length()):
        if size >> level & 1:
            part = nodes.get((level, (size >> level) - 1))
            if part is None:
                return None
            root = part if root is None else node_hash(part, root)
    return root


def public_key(text: str, kind: int, name: str | None = None) -> tuple[str, bytes, bytes] | None:
    """Name, key id and public key of ``name+id+base64(kind || key)``; None: it is none."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]) or (name is not None and parts[0] != name):
        return None
    raw = _decoded(parts[2])
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    is_one = len(raw) == 33 and raw[0] == kind and parts[1] == key_id.hex() and is_sound(raw[1:])
    return (parts[0], key_id, raw[1:]) if is_one else None


def is_sound(key: bytes) -> bool:
    """A point of the curve in its one spelling, and not one of the eight under which anything is signed.

    Libraries differ about the others, so that two verifiers would not agree.
    """
    y = int.from_bytes(key, "little") % 2**255
    if y >= _FIELD:
        return False
    square = (y * y - 1) * pow(_CURVE * y * y + 1, _FIELD - 2, _FIELD) % _FIELD
    is_small = square == 0 or y == 0 or (square + y * y) % _FIELD == 0
    return not is_small and pow(square, (_FIELD - 1) // 2, _FIELD) == 1


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- the checkpoint -----------------------------------------------------------------------------------------------


def open_checkpoint(note: str, origin: str, keys: Sequence[str], witnesses: Sequence[str]) -> Seen:
    """What the log stated and signed."""
    text, gap, block = note.rpartition("\n\n")
    lines = (text + "\n").split("\n")
    root = _decoded(lines[2]) if len(lines) > 3 else b""
    has_size = len(lines) > 3 and _SIZE.fullmatch(lines[1]) and int(lines[1]) <= MOST
    is_plain = not any(mark < " " and mark != "\n" for mark in note) and all(lines[:-1])
    signatures = [_signature_line(line) for line in block[:-1].split("\n")]
    if not (gap and block.endswith("\n") and has_size and is_plain and len(root) == 32):
        raise Problem("checkpoint")
    if lines[0] != origin:
        raise Problem("origin", told=lines[0])
    message = (text + "\n").encode()
    known = {(found[1]): (found[2], key) for key in keys for found in [public_key(key, LOG_KEY, origin)] if found}
    signers = []
    for name, raw in signatures:
        if name == origin and raw[:4] in known:
            key, as_given = known[raw[:4]]
            if not is_signed(key, raw[4:], message):
                raise Problem("signature", told=as_given)
            signers.append(as_given)
    if not signers:
        raise Problem("unsigned")
    for witness in witnesses:
        _require_cosigned(message, signatures, witness)
    return Seen(origin=origin, size=int(lines[1]), root=root, signers=signers)


def _signature_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    raw = _decoded(parts[2]) if len(parts) == 3 else b""
    if len(raw) < 5 or parts[0] != "\u2014" or not parts[1]:
        raise Problem("checkpoint")
    return parts[1], raw


def _require_cosigned(message: bytes, signatures: Sequence[tuple[str, bytes]], witness: str) -> None:
    """By ``cosignature/v1`` of C2SP: the time, then the note's text."""
    found = public_key(witness, WITNESS_KEY)
    if found is None:
        raise Unreadable("key", told=witness)
    name, key_id, key = found
    mine = [raw for said, raw in signatures if said == name and raw[:4] == key_id]
    if not mine:
        raise Problem("witness", told=name)
    for raw in mine:
        signed = b"cosignature/v1\ntime %d\n" % int.from_bytes(raw[4:12], "big") + message
        if not is_signed(key, raw[12:], signed):
            raise Problem("cosignature", told=name)


def check_note(note: str, pins: Sequence[str], witnesses: Sequence[str]) -> Seen:
    """A checkpoint by itself, as a witness keeps it."""
    origin = note.partition("\n")[0]
    keys = [key for key in pins if public_key(key, LOG_KEY, origin)]
    if not keys:
        raise Unreadable("note-key")
    return open_checkpoint(note, origin, keys, witnesses)


# --- a proof bundle -----------------------------------------------------------------------------------------------

_BUNDLE = {"format": str, "origin": str, "application": str, "keys": list, "checkpoint": str, "entries": list,
           "documents": list, "workflows": dict, "calendars": dict, "office": list, "made_at": str}  # fmt: skip
_ANEW = ("origin", "key", "old", "checkpoint", "restored", "reason", "by")
_ENTRY = {"seq": float, "body": str, "hash": str, "leaf": float, "proof": list}
_OFFICE_ENTRY = {**_ENTRY, "previous": str}
_DOCUMENT = {"entry": float, "digest": str}


def check_bundle(bundle: dict[str, Any], pins: Sequence[str] = (), witnesses: Sequence[str] = ()) -> Seen:
    """Everything a bundle claims, in the order the format gives, so that the first problem is everybody's first."""
    _require_shape(bundle)
    origin = bundle["origin"]
    _require_keys(bundle["keys"], origin)
    seen = open_checkpoint(bundle["checkpoint"], origin, bundle["keys"], witnesses)
    seen.application, seen.made_at = bundle["application"], bundle["made_at"]
    _check_office(bundle, seen)
    _require_trust(bundle["keys"], pins, seen)
    bodies = _check_entries(bundle, seen)
    seen.count = len(bodies)
    _check_documents(bundle["documents"], bodies)
    _check_named("workflow", bundle["workflows"], bodies, ("workflow", "workflow_before"))
    _check_named("calendar", bundle["calendars"], bodies, ("calendar", "calendar_before"))
    return seen


def _require_shape(bundle: dict[str, Any]) -> None:
    _require_members(bundle, _BUNDLE, "")
    texts = [*bundle["workflows"].items(), *bundle["calendars"].items()]
    rules = {
        "origin": _NAME.fullmatch(bundle["origin"]),
        "made_at": _TIME.fullmatch(bundle["made_at"]),
        "keys": bundle["keys"] and all(isinstance(key, str) for key in bundle["keys"]),
        "entries": bundle["entries"],
        "workflows, calendars": all(_HEX.fullmatch(key) and isinstance(text, str) for key, text in texts),
    }
    for name, holds in rules.items():
        if not holds:
            raise Problem("shape", told=name)
    for place, entry in enumerate(bundle["entries"], 1):
        _require_entry(entry, _ENTRY, str(place))
    for place, entry in enumerate(bundle["office"], 1):
        _require_entry(entry, _OFFICE_ENTRY, f"office {place}")
    for document in bundle["documents"]:
        _require_members(document, _DOCUMENT, "")
        if not (_whole(document["entry"], 1) and _HEX.fullmatch(document["digest"])):
            raise Problem("shape", told="documents")


def _require_members(value: Any, wanted: Mapping[str, type], entry: str) -> None:
    """Exactly these: what nobody checks must not look as if it had been checked."""
    if not isinstance(value, dict) or set(value) != set(wanted):
        raise Problem("shape", entry, ", ".join(wanted))
    for name, kind in wanted.items():
        if not isinstance(value[name], kind):
            raise Problem("shape", entry, name)


def _require_entry(entry: Any, wanted: Mapping[str, type], place: str) -> None:
    _require_members(entry, wanted, place)
    hashes = [entry["hash"], *entry["proof"], *([entry["previous"]] if "previous" in wanted else [])]
    are_hashes = len(entry["proof"]) <= 64 and all(isinstance(one, str) and _HEX.fullmatch(one) for one in hashes)
    if not (are_hashes and _whole(entry["seq"], 1) and _whole(entry["leaf"], 0)):
        raise Problem("shape", place, "seq, hash, leaf, proof")


def _require_keys(keys: Sequence[str], origin: str) -> None:
    for place, key in enumerate(keys):
        if public_key(key, LOG_KEY, origin) is None or key in keys[:place]:
            raise Problem("key", told=key)


def _said(body: str, place: str) -> dict[str, Any]:
    plain = _plain(body)
    if plain is not None:
        return plain
    try:
        said = read_json(body)
        is_canonical = isinstance(said, dict) and canonical(said) == body
    except ValueError:
        is_canonical = False
    if not is_canonical:
        raise Problem("body", place)
    return dict(said)


def _plain(body: str) -> dict[str, Any] | None:
    """A canonical body of the plain kind, which most are, at a fifth of the cost; None: it wants a closer look.

    Where all is ASCII, without a blank or a backslash, with short whole numbers and with the names of each object in
    their order and none twice, there is no second way to write it.
    """
    if not body.isascii() or " " in body or "\\" in body or "\n" in body or "\t" in body or "\r" in body:
        return None
    if body.count("{") + body.count("[") > DEEPEST:
        return None
    try:
        said, end = _PLAIN.raw_decode(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) and end == len(body) else None


@lru_cache(maxsize=4096)
def _short(digits: str) -> int:
    if len(digits) > 15 or digits == "-0":
        raise ValueError("a number that doubles may not hold, or that has another spelling")
    return int(digits)


def _in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    names = list(found)
    if len(names) != len(pairs) or names != sorted(names):
        raise ValueError("names twice, or in another order")
    return found


_PLAIN = json.JSONDecoder(object_pairs_hook=_in_order, parse_int=_short, parse_float=_refuse, parse_constant=_refuse)


def _counts(said: dict[str, Any], seq: float) -> bool:
    """Whether the body says that it is this one."""
    return type(said.get("seq")) in (int, float) and said["seq"] == seq


def _require_sealed(entry: dict[str, Any], previous: bytes, seen: Seen, place: str) -> bytes:
    """The chain link, and the way from the leaf to the sealed root."""
    own = link(previous, entry["body"].encode())
    if own.hex() != entry["hash"]:
        raise Problem("chain", place)
    nodes: dict[tuple[int, int], bytes] = {}
    proof = [bytes.fromhex(one) for one in entry["proof"]]
    if walk(leaf_hash(own), int(entry["leaf"]), seen.size, proof, nodes) != seen.root:
        raise Problem("proof", place)
    seen.nodes.update(nodes)
    return own


def _check_entries(bundle: dict[str, Any], seen: Seen) -> list[dict[str, Any]]:
    bodies, previous = [], GENESIS
    for no, entry in enumerate(bundle["entries"], 1):
        said = _said(entry["body"], str(no))
        if said.get("application") != bundle["application"] or "office" in said:
            raise Problem("number", str(no))
        if entry["seq"] != no or not _counts(said, no):
            raise Problem("order", str(no))
        previous = _require_sealed(entry, previous, seen, str(no))
        seen.hashes[bundle["application"], no] = previous
        bodies.append(said)
    return bodies


def _check_office(bundle: dict[str, Any], seen: Seen) -> None:
    """The office's own entries that are here; they must tell of every key."""
    last, before = GENESIS, 0.0
    for no, entry in enumerate(bundle["office"], 1):
        place, seq = f"office {no}", entry["seq"]
        said = _said(entry["body"], place)
        if said.get("office") is not True or "application" in said:
            raise Problem("number", place)
        if seq <= before or not _counts(said, seq):
            raise Problem("order", place)
        if seq == before + 1 and entry["previous"] != last.hex():
            raise Problem("chain", place)
        last, before = _require_sealed(entry, bytes.fromhex(entry["previous"]), seen, place), seq
        _note_key(said, seen, place)


def _note_key(said: dict[str, Any], seen: Seen, place: str) -> None:
    """What an entry of the office says of keys: the log's first, those that follow it, the one for receipts."""
    key, old = said.get("key"), said.get("old")
    if not isinstance(key, str):
        return
    if said.get("kind") == "log-begun":
        seen.told[key] = None
    elif said.get("kind") == "incarnation-begun":
        seen.anew.append(_begun_anew(said, place))
        seen.told[key] = seen.anew[-1].old
    elif said.get("kind") == "receipt-key":
        seen.receipt_keys.append(key)
    elif said.get("kind") == "key-rotated":
        signature = _decoded(said["signature"]) if isinstance(said.get("signature"), str) else b""
        signer = public_key(old, LOG_KEY) if isinstance(old, str) and old in seen.told else None
        if signer is None or not is_signed(signer[2], signature, f"satuatap key-rotated/v1\n{key}\n".encode()):
            raise Problem("rotation", place)
        seen.told[key] = old


def _begun_anew(said: dict[str, Any], place: str) -> Anew:
    """By the key it had before, which it keeps under its new name."""
    key, old, note, signature = (
        said[name] if isinstance(said.get(name), str) else "" for name in ("key", "old", "checkpoint", "signature")
    )
    now, before = public_key(key, LOG_KEY), public_key(old, LOG_KEY)
    origin, size = (*note.split("\n"), "")[:2]
    restored = float(said["restored"]) if type(said.get("restored")) in (int, float) else -1.0
    is_counted = _SIZE.fullmatch(size) and int(size) <= MOST and _whole(restored, 0) and set(_ANEW) <= set(said)
    if not (is_counted and now and before and now[2] == before[2] and (now[0], before[0]) == (said["origin"], origin)):
        raise Problem("incarnation", place)
    statement = "satuatap incarnation-begun/v1\n" + canonical({name: said[name] for name in _ANEW})
    if not is_signed(before[2], _decoded(signature), statement.encode()):
        raise Problem("incarnation", place)
    return Anew(old, origin, int(size), int(restored), now[0])


def _require_trust(keys: Sequence[str], pins: Sequence[str], seen: Seen) -> None:
    """Every key is one the log tells of; and one that signed is pinned, or follows from one that is."""
    for key in keys:
        if key not in seen.told:
            raise Problem("introduction", told=key)
    trusted = set(pins)
    for key, old in seen.told.items():
        trusted |= {key} if old in trusted else set()
    if pins and not trusted & set(seen.signers):
        raise Problem("untrusted")


def _check_documents(documents: list[dict[str, Any]], bodies: list[dict[str, Any]]) -> None:
    told = [(no, said.get("digest")) for no, said in enumerate(bodies, 1) if said.get("kind") == "attached"]
    given = [(int(one["entry"]), one["digest"]) for one in documents]
    for place in range(max(len(told), len(given))):
        if told[place : place + 1] != given[place : place + 1]:
            raise Problem("document", str((told[place:] or given[place:])[0][0]))


def _check_named(code: str, given: dict[str, str], bodies: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    """Texts by the hashes that entries call them by: all that are named are there, and nothing else."""
    wanted = [(str(no), one) for no, said in enumerate(bodies, 1) for one in _named(said, names)]
    for place, one in wanted:
        if one not in given or hashlib.sha256(given[one].encode()).hexdigest() != one:
            raise Problem(code, place, one[:16])
    for one in sorted(set(given) - {one for _, one in wanted}):
        raise Problem(code, told=one[:16])


def _named(value: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Whatever stands under one of the names, in the order of the text."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one, names)
    if isinstance(value, dict):
        for name, one in value.items():
            if name in names and isinstance(one, str) and _HEX.fullmatch(one):
                yield one
            yield from _named(one, names)


# --- an export of the whole log -----------------------------------------------------------------------------------

_HEADER = {"format": str, "origin": str, "keys": list, "checkpoint": str, "made_at": str}
_LINE = {"leaf": float, "of": str, "seq": float, "body": str, "hash": str}
_OFFICE = "office"
_AS_WRITTEN = re.compile(
    rb'\{"leaf":(0|[1-9][0-9]{0,14}),"of":"([ !#-\[\]-~]*)","seq":([1-9][0-9]{0,14}),'
    rb'"body":"(.*)","hash":"([0-9a-f]{64})"\}\n?'
)


def check_log(
    lines: Iterable[bytes], pins: Sequence[str] = (), witnesses: Sequence[str] = (), *, is_kept: bool = True
) -> Seen:
    """Every entry from the first to the last, in the order of leaves; ``is_kept``: to compare other files with."""
    numbered = enumerate(lines, 1)
    header: Any = next((_json_line(line, no) for no, line in numbered), None)
    _require_members(header, _HEADER, "line 1")
    if not (_NAME.fullmatch(header["origin"]) and header["keys"] and all(isinstance(k, str) for k in header["keys"])):
        raise Problem("shape", "line 1", "origin, keys")
    _require_keys(header["keys"], header["origin"])
    seen = open_checkpoint(header["checkpoint"], header["origin"], header["keys"], witnesses)
    seen.made_at = header["made_at"]
    heads: dict[str, tuple[int, bytes]] = {}
    tree = _Tree()
    for no, text in numbered:
        line = _plain_line(text) or _line(text, no)
        if line.leaf != tree.size:
            raise Problem("leaf", f"line {no}", str(tree.size))
        own, said = _check_line(line, heads, no)
        tree.grow(leaf_hash(own), seen.nodes if is_kept else None)
        if is_kept:
            seen.hashes[line.of, heads[line.of][0]] = own
        if line.of == _OFFICE:
            _note_key(said, seen, f"line {no}")
    seen.count = tree.size
    _require_whole(seen, tree)
    _require_trust(header["keys"], pins, seen)
    return seen


class _Tree:
    """The complete subtrees at the right edge of a growing log."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[tuple[tuple[int, int], bytes]] = []

    def grow(self, leaf: bytes, nodes: dict[tuple[int, int], bytes] | None) -> None:
        """Adds a leaf; the complete subtrees that this makes go into ``nodes``, where they are kept."""
        level, place = 0, self.size
        if nodes is not None:
            nodes[0, place] = leaf
        while place & 1:
            leaf = node_hash(self._edge.pop()[1], leaf)
            level, place = level + 1, place >> 1
            if nodes is not None:
                nodes[level, place] = leaf
        self._edge.append(((level, place), leaf))
        self.size += 1

    @property
    def root(self) -> bytes:
        return root_from(dict(self._edge), self.size) or b""


def _require_whole(seen: Seen, tree: _Tree) -> None:
    if tree.size != seen.size:
        raise Problem("leaf", told=f"{tree.size} / {seen.size}")
    if tree.root != seen.root:
        raise Problem("root", told=f"{tree.root.hex()} / {seen.root.hex()}")


class _Line(NamedTuple):
    """An entry; ``leaf``, ``seq``: -1 where it is no such number; ``said``: None where the body is not read yet."""

    leaf: int
    of: str
    seq: int
    body: bytes
    #: in hex
    hash: bytes
    said: dict[str, Any] | None


def _plain_line(line: bytes) -> _Line | None:
    """One as offices write nearly all, at a third of the cost; None: it wants a closer look."""
    found = _AS_WRITTEN.fullmatch(line)
    if found is None:
        return None
    leaf, of, seq, quoted, own = found.groups()
    # Every quotation mark has its backslash, and there is no other; what then stands between two marks is a text.
    marks = quoted.count(b'"')
    if quoted.count(b'\\"') != marks or quoted.count(b"\\") != marks or not quoted.isascii():
        return None
    body = quoted.replace(b'\\"', b'"')
    said = _plain(body.decode())
    return _Line(int(leaf), of.decode(), int(seq), body, own, said) if said is not None else None


def _line(text: bytes, no: int) -> _Line:
    line = _json_line(text, no)
    _require_members(line, _LINE, f"line {no}")
    leaf, seq = (int(line[name]) if _whole(line[name], least) else -1 for name, least in (("leaf", 0), ("seq", 1)))
    return _Line(leaf, line["of"], seq, line["body"].encode(), line["hash"].encode(), None)


def _json_line(line: bytes, no: int) -> Any:
    try:
        return read_json(line.decode().rstrip("\n"))
    except ValueError as error:
        raise Unreadable("json", f"line {no}", str(error)) from None


def _check_line(line: _Line, heads: dict[str, tuple[int, bytes]], no: int) -> tuple[bytes, dict[str, Any]]:
    said = line.said if line.said is not None else _said(line.body.decode(), f"line {no}")
    whose = _OFFICE if said.get("office") is True and "application" not in said else said.get("application")
    if whose != line.of or (line.of == _OFFICE) != ("office" in said):
        raise Problem("number", f"line {no}")
    seq, previous = heads.get(line.of, (0, GENESIS))
    if line.seq != seq + 1 or not _counts(said, seq + 1):
        raise Problem("order", f"line {no}")
    own = link(previous, line.body)
    if own.hex().encode() != line.hash:
        raise Problem("chain", f"line {no}")
    heads[line.of] = (seq + 1, own)
    return own, said


# --- receipts, and several files of one log -----------------------------------------------------------------------


def check_receipt(text: str, keys: Sequence[str], seen: Sequence[Seen] = ()) -> str:
    """The receipt's number and entry. With files of the log at hand, the entry must still be the same in them."""
    text = text.strip(" \t\r\n")
    found = _RECEIPT.fullmatch(text)
    raw = [_decoded(part.replace("-", "+").replace("_", "/") + pad) for part, pad in
           ((found[3], "="), (found[5], "=="))] if found else []  # fmt: skip
    if found is None or len(raw[0]) != 32 or len(raw[1]) != 64:
        raise Unreadable("receipt")
    known = [key for text in (*keys, *(one for file in seen for one in file.receipt_keys))
             for key in [public_key(text, LOG_KEY)] if key]  # fmt: skip
    if not known:
        raise Unreadable("receipt-key")
    if not any(is_signed(key[2], raw[1], text.rpartition(".")[0].encode()) for key in known):
        raise Problem("receipt-signature")
    number, seq = found[1], int(found[2])
    filled = [(file, file.made_at) for file in seen if file.made_at is not None]
    telling = [one for one in filled if one[0].application in ("", number)]
    if filled and not telling:
        raise Problem("receipt-number", told=number)
    for file, made_at in telling:
        if (number, seq) not in file.hashes:
            if made_at[:19] < _due_in_files(found[4]):
                raise Unreadable("receipt-later", str(seq))
            raise Problem("receipt-missing", str(seq))
        if file.hashes[number, seq] != raw[0]:
            raise Problem("receipt-hash", str(seq))
    return f"{number}, {seq}"


def _due_in_files(time: str) -> str:
    """From when on the files of the log hold an entry that had its receipt then: sealing may take a while."""
    due = datetime.fromtimestamp(int(time[:-6] or "0") + _SEALED_WITHIN, timezone.utc)  # noqa: UP017 - Python 3.9
    return due.strftime("%Y-%m-%dT%H:%M:%S")


def compare(one: Seen, other: Seen, proofs: Sequence[Growth] = ()) -> bool:
    """Whether two files are proven to tell one history; False: nothing contradicts it. Raises Problem: fork."""
    if one.origin != other.origin:
        return _compare_restored(one, other)
    small, large = sorted((one, other), key=lambda file: file.size)
    roots = f"{small.size} {small.root.hex()} / {large.size} {large.root.hex()}"
    for place in sorted(small.hashes.keys() & large.hashes.keys()):
        if small.hashes[place] != large.hashes[place]:
            raise Problem("fork", str(place[1]), f"{place[0]}; {roots}")
    grown = small.root if small.size == large.size else root_from(large.nodes, small.size)
    known = large.root if small.size == large.size else small.root
    common = small.nodes.keys() & large.nodes.keys()
    if (grown is not None and grown != known) or any(small.nodes[one] != large.nodes[one] for one in common):
        raise Problem("fork", told=roots)
    for old, new, proof in proofs:
        if (old, new) == (small.size, large.size) and grown is None:
            if not has_grown(old, new, (small.root, large.root), proof):
                raise Problem("consistency", told=roots)
            return True
    return grown is not None


def _restored(one: Seen, other: Seen) -> int | None:
    """So many leaves two incarnations of one log have in common, as it signed itself; None: they are two logs."""
    for before, after in ((one, other), (other, one)):
        later = [at for at, anew in enumerate(after.anew) if anew.old_origin == before.origin]
        if later and set(before.signers) & {*after.told, *(anew.old for anew in after.anew)}:
            return min(anew.restored for anew in after.anew[later[0] :])
    return None


def _compare_restored(one: Seen, other: Seen) -> bool:
    size = min(_restored(one, other) or 0, one.size, other.size)
    common = [at for at in one.nodes.keys() & other.nodes.keys() if (at[1] + 1) << at[0] <= size]
    roots = [file.root if file.size == size else root_from(file.nodes, size) for file in (one, other)]
    if any(one.nodes[at] != other.nodes[at] for at in common) or (None not in roots and roots[0] != roots[1]):
        raise Problem("fork", told=f"{one.size} {one.root.hex()} / {other.size} {other.root.hex()}")
    return size > 0 and None not in roots


# --- verdicts -----------------------------------------------------------------------------------------------------


def judge(
    source: BinaryIO, pins: Sequence[str] = (), witnesses: Sequence[str] = (), *, is_kept: bool = True
) -> Verdict:
    """What is to be said of a file; ``is_kept``: others will be compared with it."""
    try:
        seen = _checked(source, pins, witnesses, is_kept)
    except Problem as problem:
        return _verdict_of(problem)
    told = ", ".join(filter(None, (seen.application, f"{seen.count}", f"{seen.origin} {seen.size}")))
    return Verdict("good", "good", told=told, seen=seen)


def judge_receipt(text: str, keys: Sequence[str], seen: Sequence[Seen] = ()) -> Verdict:
    """What is to be said of a receipt."""
    try:
        return Verdict("good", "good", told=check_receipt(text, keys, seen))
    except Problem as problem:
        return _verdict_of(problem)


def judge_pair(one: Seen, other: Seen, proofs: Sequence[Growth] = ()) -> Verdict:
    """What is to be said of two files."""
    if one.origin != other.origin and _restored(one, other) is None:
        return Verdict("good", "unrelated", told=f"{one.origin} / {other.origin}")
    try:
        return Verdict("good", "compared" if compare(one, other, proofs) else "uncompared")
    except Problem as problem:
        return _verdict_of(problem)


def _verdict_of(problem: Problem) -> Verdict:
    kind = "unreadable" if isinstance(problem, Unreadable) else "wrong"
    return Verdict(kind, problem.code, problem.entry, problem.told)


def _checked(source: BinaryIO, pins: Sequence[str], witnesses: Sequence[str], is_kept: bool) -> Seen:
    first, second = source.readline(), source.readline()
    if second and f'"{LOG}"'.encode() in first:
        return check_log(chain((first, second), source), pins, witnesses, is_kept=is_kept)
    try:
        text = (first + second + source.read()).decode()
        if "\n\n\u2014 " in text and not text.startswith("{"):
            return check_note(text, pins, witnesses)
        value = read_json(text)
    except ValueError as error:
        raise Unreadable("json", told=str(error)) from None
    if not isinstance(value, dict) or value.get("format") != BUNDLE:
        raise Unreadable("format")
    return check_bundle(value, pins, witnesses)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="satuatap-verify", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="a proof bundle, a whole log, a checkpoint, or a receipt"
    )
    parser.add_argument("--key", action="append", default=[], help="the log's key, as the office published it")
    parser.add_argument("--witness", action="append", default=[], help="a witness that must have cosigned")
    grew = "that a log grew from one size to another, as its office proves it at /log/consistency"
    parser.add_argument("--consistency", action="append", default=[], type=_growth, metavar="FILE", help=grew)
    parser.add_argument("--receipt", action="append", default=[], metavar="CODE", help="SA1....")
    parser.add_argument("--receipt-key", action="append", default=[], help="the office's key for receipts")
    spoken = "en" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("en") else "id"
    parser.add_argument("--language", choices=("id", "en"), default=spoken)
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args(given)
    if not arguments.files and not arguments.receipt:
        parser.error("nothing to check: name a FILE or a --receipt")
    for key, kind in [(one, LOG_KEY) for one in (*arguments.key, *arguments.receipt_key)] + [
        (one, WITNESS_KEY) for one in arguments.witness
    ]:
        if public_key(key, kind) is None:
            parser.error(f"this is no key: {key}")
    return arguments


def _growth(name: str) -> Growth:
    try:
        said = read_json(Path(name).read_text(encoding="utf-8"))
        return int(said["from"]), int(said["to"]), [bytes.fromhex(one) for one in said["proof"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise argparse.ArgumentTypeError(f"{name} is no proof of consistency") from error


def _judged(asked: argparse.Namespace) -> Iterator[tuple[str, Verdict]]:
    """Verdicts, each with what it is of: files, then receipts held to them, then files held to each other."""
    receipts = [(code[:60], code) for code in asked.receipt]
    good: list[tuple[str, Seen]] = []
    for name in asked.files:
        try:
            with Path(name).open("rb") as source:
                if source.read(4) == b"SA1.":
                    receipts.append((name, "SA1." + source.read(1000).decode("ascii", "replace")))
                    continue
                source.seek(0)
                verdict = judge(source, asked.key, asked.witness, is_kept=len(asked.files) + len(asked.receipt) > 1)
        except OSError as error:
            verdict = Verdict("unreadable", "json", told=str(error))
        good += [(name, verdict.seen)] if verdict.seen else []
        yield name, verdict
        for _, *anew in verdict.seen.anew if verdict.seen else ():
            yield name, Verdict("good", "begun-anew", told=", ".join(map(str, anew)))
    for name, code in receipts:
        yield name, judge_receipt(code, asked.receipt_key, [seen for _, seen in good])
    for (name, seen), (other_name, other) in combinations(good, 2):
        yield f"{name} + {other_name}", judge_pair(seen, other, asked.consistency)
    if good and not asked.key:
        yield good[-1][0], Verdict("good", "unpinned", told=good[-1][1].signers[0])


def main(given: Sequence[str] | None = None) -> int:
    """The program."""
    asked = _arguments(given)
    found = set()
    for name, verdict in _judged(asked):
        found.add(verdict.verdict)
        said = verdict.sentence(asked.language)
        told = {"of": name, "verdict": verdict.verdict, "code": verdict.code, "entry": verdict.entry, "sentence": said}
        sys.stdout.write((json.dumps(told, ensure_ascii=False) if asked.json else f"{name}: {said}") + "\n")
    return 1 if "wrong" in found else 2 if "unreadable" in found else 0


def run() -> NoReturn:
    """The program as a command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
