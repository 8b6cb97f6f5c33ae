"""Ways to damage a proof bundle, and ways to spell a good one otherwise, for both verifiers to be asked about."""

import base64
import copy
import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any

from routing.domain.audit_chain import GENESIS, canonical, link
from tests.cli.paper_log import PaperLog, key_of

Bundle = dict[str, Any]
#: Changes the bundle; gives the entry a verifier has to name, None where it depends on what was hit.
Damage = Callable[[Bundle, random.Random], str | None]
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def flipped(text: str, chance: random.Random) -> str:
    """Another hex digit somewhere."""
    at = chance.randrange(len(text))
    return text[:at] + chance.choice([one for one in "0123456789abcdef" if one != text[at]]) + text[at + 1 :]


def some(bundle: Bundle, chance: random.Random) -> tuple[int, Bundle]:
    place = chance.randrange(len(bundle["entries"]))
    return place, bundle["entries"][place]


# --- entries ------------------------------------------------------------------------------------------------------


def a_character_of_a_body(bundle: Bundle, chance: random.Random) -> str:
    place, entry = some(bundle, chance)
    at = chance.randrange(len(entry["body"]))
    other = chance.choice([one for one in 'ab01 ,"{\u00e9\u200b\x00' if one != entry["body"][at]])
    entry["body"] = entry["body"][:at] + other + entry["body"][at + 1 :]
    return str(place + 1)


def rewritten(respell: Callable[[str], str]) -> Damage:
    """A body spelt otherwise, with a hash that fits what it now is."""

    def damage(bundle: Bundle, chance: random.Random) -> str:
        place, entry = some(bundle, chance)
        entry["body"] = respell(entry["body"])
        previous = bytes.fromhex(bundle["entries"][place - 1]["hash"]) if place else GENESIS
        entry["hash"] = link(previous, entry["body"].encode("utf-8", "surrogatepass")).hex()
        return str(place + 1)

    return damage


def said_otherwise(body: str) -> str:
    return canonical({**json.loads(body), "actor": "sari"}).decode()


def every_hash_recomputed(bundle: Bundle, chance: random.Random) -> str:
    place, _ = some(bundle, chance)
    bundle["entries"][place]["body"] = said_otherwise(bundle["entries"][place]["body"])
    previous = GENESIS
    for entry in bundle["entries"]:
        previous = link(previous, entry["body"].encode())
        entry["hash"] = previous.hex()
    return str(place + 1)


def a_hash(bundle: Bundle, chance: random.Random) -> str:
    place, entry = some(bundle, chance)
    entry["hash"] = flipped(entry["hash"], chance)
    return str(place + 1)


def a_hash_in_capitals(bundle: Bundle, chance: random.Random) -> str:
    place, entry = some(bundle, chance)
    entry["hash"] = "A" + entry["hash"][1:].upper()
    return str(place + 1)


def two_entries_swapped(bundle: Bundle, chance: random.Random) -> str:
    place = chance.randrange(len(bundle["entries"]) - 1)
    entries = bundle["entries"]
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    return str(place + 1)


def an_entry_missing(bundle: Bundle, chance: random.Random) -> str:
    place = chance.randrange(len(bundle["entries"]) - 1)
    del bundle["entries"][place]
    return str(place + 1)


def an_entry_twice(bundle: Bundle, chance: random.Random) -> str:
    place, entry = some(bundle, chance)
    bundle["entries"].insert(place, copy.deepcopy(entry))
    return str(place + 2)


def an_entry_invented(bundle: Bundle, chance: random.Random) -> str:
    last = bundle["entries"][-1]
    no = len(bundle["entries"]) + 1
    body = canonical({**json.loads(last["body"]), "seq": no})
    new = {**last, "seq": no, "body": body.decode(), "hash": link(bytes.fromhex(last["hash"]), body).hex()}
    bundle["entries"].append(new)
    return str(no)


def another_application(bundle: Bundle, chance: random.Random) -> str:
    bundle["application"] = bundle["application"][:-1] + ("1" if bundle["application"][-1] != "1" else "2")
    return "1"


def seq_of(value: Any) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str:
        place, entry = some(bundle, chance)
        entry["seq"] = value if not callable(value) else value(entry["seq"])
        return str(place + 1)

    return damage


def leaf_of(value: Any) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str:
        place, entry = some(bundle, chance)
        entry["leaf"] = value if not callable(value) else value(entry["leaf"])
        return str(place + 1)

    return damage


def proof_of(change: Callable[[list[str], random.Random], object]) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str:
        place, entry = some(bundle, chance)
        change(entry["proof"], chance)
        return str(place + 1)

    return damage


def _flip_one(proof: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(proof))
    proof[at] = flipped(proof[at], chance)


# --- the checkpoint, and keys -------------------------------------------------------------------------------------


def note(change: Callable[[str, random.Random], str]) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str:
        before = bundle["checkpoint"]
        bundle["checkpoint"] = change(before, chance)
        assert bundle["checkpoint"] != before
        return ""

    return damage


def _line(no: int, change: Callable[[str, random.Random], str]) -> Damage:
    def changed(text: str, chance: random.Random) -> str:
        lines = text.split("\n")
        lines[no] = change(lines[no], chance)
        return "\n".join(lines)

    return note(changed)


def _other_base64(text: str, chance: random.Random) -> str:
    head, _, encoded = text.rpartition(" ")
    at = chance.randrange(8, len(encoded) - 4)
    encoded = encoded[:at] + chance.choice([one for one in _BASE64 if one != encoded[at]]) + encoded[at + 1 :]
    return f"{head} {encoded}" if head else encoded


def _other_id(text: str, chance: random.Random) -> str:
    head, _, encoded = text.rpartition(" ")
    return f"{head} {'A' if encoded[0] != 'A' else 'B'}{encoded[1:]}"


def _loose_bits(text: str, chance: random.Random) -> str:
    """Another spelling of the same bytes: bits that a careless decoder ignores."""
    at = len(text.rstrip("=")) - 1
    return text[:at] + _BASE64[_BASE64.index(text[at]) + 1] + text[at + 1 :]


def signed_by_another(bundle: Bundle, chance: random.Random) -> str:
    text = bundle["checkpoint"].partition("\n\n")[0] + "\n"
    raw = base64.b64decode(bundle["checkpoint"].split("\n\n")[1].split("\n")[0].split(" ")[2])
    proof = base64.b64encode(raw[:4] + key_of("a stranger").sign(text.encode())).decode()
    bundle["checkpoint"] = f"{text}\n\u2014 {bundle['origin']} {proof}\n"
    return ""


def signed_and_sealed_by_another(bundle: Bundle, chance: random.Random) -> None:
    """The key put in place of the log's, which the log never told of."""
    secret = key_of("a stranger")
    public = secret.public_key().public_bytes_raw()
    key = _key(bundle["origin"], public)
    text = bundle["checkpoint"].partition("\n\n")[0] + "\n"
    raw = bytes.fromhex(key.split("+")[1]) + secret.sign(text.encode())
    bundle["checkpoint"] = f"{text}\n\u2014 {bundle['origin']} {base64.b64encode(raw).decode()}\n"
    bundle["keys"] = [key]


def _key(name: str, public: bytes) -> str:
    raw = b"\x01" + public
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(raw).decode()}"


def key(change: Callable[[str, random.Random], str]) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str:
        bundle["keys"][0] = change(bundle["keys"][0], chance)
        return ""

    return damage


def unsound_key(public: bytes) -> Damage:
    """A public key under which libraries do not agree what is signed."""

    def damage(bundle: Bundle, chance: random.Random) -> str:
        bundle["keys"].append(_key(bundle["origin"], public))
        return ""

    return damage


# --- what the entries name ----------------------------------------------------------------------------------------


def text_of(kind: str, change: Callable[[dict[str, Any], str, random.Random], object]) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> None:
        change(bundle[kind], chance.choice(sorted(bundle[kind])), chance)

    return damage


def _one_more(texts: dict[str, Any], name: str, chance: random.Random) -> None:
    texts[hashlib.sha256(b"more").hexdigest()] = "more"


def document(change: Callable[[list[Bundle], int, random.Random], object]) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> None:
        bundle["documents"] = bundle["documents"] or [{"entry": 1, "digest": "ab" * 32}]
        change(bundle["documents"], chance.randrange(len(bundle["documents"])), chance)

    return damage


def _more_documents(documents: list[Bundle], at: int, chance: random.Random) -> None:
    documents.append({"entry": documents[at]["entry"], "digest": chance.randbytes(32).hex()})


def _other_digest(documents: list[Bundle], at: int, chance: random.Random) -> None:
    documents[at]["digest"] = flipped(documents[at]["digest"], chance)


def _other_entry(documents: list[Bundle], at: int, chance: random.Random) -> None:
    documents[at]["entry"] += 1


# --- the office's entries, and the file itself --------------------------------------------------------------------


def office(change: Callable[[list[Bundle], random.Random], object], entry: str | None) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str | None:
        change(bundle["office"], chance)
        return entry

    return damage


def _office_field(name: str, place: int) -> Callable[[list[Bundle], random.Random], None]:
    def change(entries: list[Bundle], chance: random.Random) -> None:
        entries[place][name] = flipped(entries[place][name], chance)

    return change


def another_kind_of_value(bundle: Bundle, chance: random.Random) -> None:
    holder = chance.choice([bundle, bundle, chance.choice(bundle["entries"]), chance.choice(bundle["office"])])
    name = chance.choice(sorted(holder))
    others: list[Any] = [None, True, 7, -1, "x", [], {}, [[]]]
    holder[name] = chance.choice([one for one in others if one != holder[name]])
    if name == "documents":
        holder[name] = None


def member(name: str, value: Any) -> Damage:
    def damage(bundle: Bundle, chance: random.Random) -> str:
        bundle[name] = value
        return ""

    return damage


def missing(bundle: Bundle, chance: random.Random) -> None:
    holder = chance.choice([bundle, chance.choice(bundle["entries"]), chance.choice(bundle["office"])])
    del holder[chance.choice(sorted(holder))]


def unasked(bundle: Bundle, chance: random.Random) -> None:
    holder = chance.choice([bundle, chance.choice(bundle["entries"]), chance.choice(bundle["office"])])
    holder[chance.choice(["note", "__proto__", "constructor", "", "Hash"])] = "looks checked"


#: What is done to the bundle as a value.
DAMAGES: dict[str, Damage] = {
    "a character of a body": a_character_of_a_body,
    "a body that says something else": rewritten(said_otherwise),
    "a body with a space": rewritten(lambda body: body.replace(":", ": ", 1)),
    "a body with its members in another order": rewritten(
        lambda body: json.dumps(dict(reversed(json.loads(body).items())), separators=(",", ":"), ensure_ascii=False)
    ),
    "a body that says a member twice": rewritten(lambda body: body.replace("{", '{"actor":"sari",', 1)),
    "a body that says a member twice, once spelt otherwise": rewritten(
        lambda body: body.replace("{", '{"\\u0061ctor":"sari",', 1)
    ),
    "a body with a letter spelt as an escape": rewritten(lambda body: body.replace("omar", "om\\u0061r")),
    "a body with a number spelt otherwise": rewritten(lambda body: re.sub(r'"seq":(\d+)', r'"seq":\1.0', body)),
    "a body with an exponent": rewritten(lambda body: re.sub(r'"seq":(\d+)', r'"seq":\1e0', body)),
    "a body with a zero below nothing": rewritten(lambda body: body.replace("{", '{"AA":-0,', 1)),
    "a body with a number beyond all bounds": rewritten(lambda body: body.replace("{", '{"AA":1e999,', 1)),
    "a body with a number nobody can hold": rewritten(lambda body: body.replace("{", f'{{"AA":{"9" * 40},', 1)),
    "a body with a very long number": rewritten(lambda body: body.replace("{", f'{{"AA":{"9" * 5000},', 1)),
    "a body with half a surrogate pair": rewritten(lambda body: body.replace("omar", "om\\ud800r")),
    "a body with the second half of a surrogate pair": rewritten(lambda body: body.replace("omar", "\\udc00")),
    "a body with no number": rewritten(lambda body: body.replace("{", '{"AA":NaN,', 1)),
    "a body with data behind it": rewritten(lambda body: body + "{}"),
    "a body with a line end": rewritten(lambda body: body + "\n"),
    "a body with a byte order mark": rewritten(lambda body: "\ufeff" + body),
    "a body that is a list": rewritten(lambda body: f"[{body}]"),
    "a body that is nothing": rewritten(lambda body: ""),
    "a body nested deeply": rewritten(lambda body: body.replace("{", f'{{"AA":{"[" * 99}{"]" * 99},', 1)),
    "a body nested too deeply": rewritten(lambda body: body.replace("{", f'{{"AA":{"[" * 100}{"]" * 100},', 1)),
    "a body nested far too deeply": rewritten(lambda body: f'{{"AA":{"[" * 60_000}'),
    "a body in look-alike letters": rewritten(lambda body: body.replace("omar", "om\u0430r")),
    "a body in another normal form": rewritten(lambda body: body.replace("omar", "oma\u0301r")),
    "a body of another application": rewritten(lambda body: body.replace("PBG-2026-", "PBG-2027-")),
    "a body said to be the office's": rewritten(lambda b: canonical({**json.loads(b), "office": True}).decode()),
    "a body whose number is a truth": rewritten(lambda b: canonical({**json.loads(b), "seq": True}).decode()),
    "a body whose number is a text": rewritten(lambda b: canonical({**json.loads(b), "seq": "1"}).decode()),
    "every hash recomputed": every_hash_recomputed,
    "a hash": a_hash,
    "a hash in capitals": a_hash_in_capitals,
    "two entries swapped": two_entries_swapped,
    "an entry missing": an_entry_missing,
    "an entry twice": an_entry_twice,
    "an entry invented": an_entry_invented,
    "no entries": member("entries", []),
    "another application": another_application,
    "the next seq": seq_of(lambda seq: seq + 1),
    "seq zero": seq_of(0),
    "seq below nothing": seq_of(-1),
    "seq a fraction": seq_of(1.5),
    "seq huge": seq_of(2**70),
    "seq a truth": seq_of(True),
    "seq a text": seq_of("1"),
    "the next leaf": leaf_of(lambda leaf: leaf + 1),
    "a leaf beyond the log": leaf_of(lambda leaf: leaf + 100_000),
    "a leaf below nothing": leaf_of(-1),
    "a leaf that wraps in 32 bits": leaf_of(lambda leaf: leaf + 2**32),
    "the largest leaf": leaf_of(2**53 - 1),
    "a leaf nobody can hold": leaf_of(2**53),
    "a leaf with hundreds of digits": leaf_of(10**400),
    "a bit of a proof": proof_of(_flip_one),
    "a proof that ends early": proof_of(lambda proof, _: proof.pop()),
    "a proof without its first": proof_of(lambda proof, _: proof.pop(0)),
    "no proof": proof_of(lambda proof, _: proof.clear()),
    "a proof that goes on": proof_of(lambda proof, _: proof.append(proof[-1])),
    "a proof in another order": proof_of(lambda proof, _: proof.reverse()),
    "a proof without end": proof_of(lambda proof, _: proof.extend(["ab" * 32] * 70)),
    "a proof of short hashes": proof_of(lambda proof, _: proof.append("ab" * 31)),
    "a proof with a line end": proof_of(lambda proof, _: proof.append("ab" * 32 + "\n")),
    "another origin": member("origin", "satuatap-00000000/log/9"),
    "an origin with a space": member("origin", "satu atap"),
    "another origin in the checkpoint": _line(0, lambda text, _: text[:-1] + "9"),
    "another size": _line(1, lambda text, _: str(int(text) + 1)),
    "a size with a zero in front": _line(1, lambda text, _: "0" + text),
    "a size in other digits": _line(1, lambda text, _: "\u0661" + text),
    "a huge size": _line(1, lambda text, _: "9007199254740993"),
    "a log of nothing": _line(1, lambda text, _: "0"),
    "another root": _line(2, _other_base64),
    "another spelling of the root": _line(2, _loose_bits),
    "a short root": _line(2, lambda text, _: text[4:]),
    "one more line that was not signed": _line(2, lambda text, _: text + "\nmore"),
    "a signature": _line(4, _other_base64),
    "another spelling of a signature": note(lambda text, _: text.replace("=\n", "\n", 1)),
    "a signature of web letters": _line(4, lambda text, _: text[:-8] + "-_-_-_" + text[-2:]),
    "a signature by another key id": _line(4, _other_id),
    "a signature with an ordinary dash": _line(4, lambda text, _: text.replace("\u2014", "-")),
    "a signature with two spaces": _line(4, lambda text, _: text.replace(" ", "  ", 1)),
    "no signature": note(lambda text, _: text.partition("\n\n")[0] + "\n\n"),
    "no signature by the log": note(lambda text, _: re.sub(r"\n\n.*\n", "\n\n", text, count=1)),
    "no end to the checkpoint": note(lambda text, _: text[:-1]),
    "a checkpoint with more behind it": note(lambda text, _: text + "\n"),
    "a checkpoint with other line ends": note(lambda text, _: text.replace("\n", "\r\n")),
    "a checkpoint with a tab": note(lambda text, _: text.replace("\n\n", "\t\n\n", 1)),
    "an empty checkpoint": member("checkpoint", ""),
    "signed by another": signed_by_another,
    "signed and sealed by another": signed_and_sealed_by_another,
    "no key": member("keys", []),
    "a key twice": lambda bundle, _: bundle["keys"].append(bundle["keys"][0]),
    "a key's id": key(lambda text, _: re.sub(r"\+[0-9a-f]{8}\+", "+00000000+", text)),
    "a key's name": key(lambda text, _: "x" + text),
    "a key's bytes": key(_other_base64),
    "a key in another spelling": key(lambda text, _: text + "="),
    "a key of a witness": lambda bundle, _: bundle["keys"].append(PaperLog(1).witness_key),
    "a key of order one": unsound_key(b"\x01" + bytes(31)),
    "a key of order four": unsound_key(bytes(32)),
    "a key of order eight": unsound_key(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    ),
    "a key beyond the field": unsound_key((2**255 - 19 + 3).to_bytes(32, "little")),
    "a key beside the curve": unsound_key(b"\x02" + bytes(31)),
    "a key nobody told of": unsound_key(key_of("a stranger").public_key().public_bytes_raw()),
    "a workflow's text": text_of("workflows", lambda texts, name, _: texts.update({name: texts[name] + " "})),
    "a workflow missing": text_of("workflows", lambda texts, name, _: texts.pop(name)),
    "a workflow nobody named": text_of("workflows", _one_more),
    "a workflow that is no text": text_of("workflows", lambda texts, name, _: texts.update({name: 7})),
    "a workflow by another name": text_of("workflows", lambda texts, name, _: texts.update({name.upper(): "x"})),
    "a calendar's text": text_of("calendars", lambda texts, name, _: texts.update({name: texts[name][:-1]})),
    "a calendar missing": text_of("calendars", lambda texts, name, _: texts.pop(name)),
    "a calendar nobody named": text_of("calendars", _one_more),
    "a document's digest": document(_other_digest),
    "a document's entry": document(_other_entry),
    "one more document": document(_more_documents),
    "a document with a name": document(lambda documents, at, _: documents[at].update(name="ktp.pdf")),
    "no office entries": office(lambda entries, _: entries.clear(), ""),
    "an office entry's hash": office(_office_field("hash", 0), "office 1"),
    "what an office entry follows": office(_office_field("previous", 1), "office 2"),
    "what the first office entry follows": office(_office_field("previous", 0), "office 1"),
    "an office entry's proof": office(lambda entries, chance: _flip_one(entries[1]["proof"], chance), "office 2"),
    "an office entry's body": office(
        lambda entries, _: entries[0].update(body=entries[0]["body"].replace("system", "omar")), "office 1"
    ),
    "an office entry that is not the office's": office(
        lambda entries, _: entries[1].update(body=entries[1]["body"].replace("true", "1")), "office 2"
    ),
    "office entries swapped": office(lambda entries, _: entries.insert(0, entries.pop(1)), "office 2"),
    "another kind of value": another_kind_of_value,
    "a member missing": missing,
    "a member nobody asked for": unasked,
    "another format": member("format", "satuatap-bundle/2"),
    "made at no time": member("made_at", "2026-03-02T08:00:00Z"),
    "made at a time in other digits": member("made_at", "\u0662026-03-02T08:00:00.000000Z"),
}  # fmt: skip

#: What is done to the bytes of the file.
BYTE_DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "a byte order mark": lambda raw, _: b"\xef\xbb\xbf" + raw,
    "data behind it": lambda raw, _: raw + b"{}",
    "a zero behind it": lambda raw, _: raw + b"\0",
    "no end": lambda raw, chance: raw[: chance.randrange(1, len(raw) - 2)],
    "nothing": lambda raw, _: b"",
    "a name twice": lambda raw, _: raw.replace(b"{", b'{"origin":"x",', 1),
    "a name twice, once spelt otherwise": lambda raw, _: raw.replace(b"{", b'{"\\u006frigin":"x",', 1),
    "a comma too many": lambda raw, _: raw.replace(b"]", b",]", 1),
    "a comment": lambda raw, _: raw.replace(b"{", b"{/* */", 1),
    "no number": lambda raw, _: re.sub(rb'"leaf": \d+', b'"leaf": NaN', raw, count=1),
    "a number with a zero in front": lambda raw, _: re.sub(rb'"leaf": (\d+)', rb'"leaf": 0\1', raw, count=1),
    "a number with a plus": lambda raw, _: re.sub(rb'"leaf": (\d+)', rb'"leaf": +\1', raw, count=1),
    "half a surrogate pair": lambda raw, _: raw.replace(b'"PBG', b'"\\ud800PBG', 1),
    "bytes that are no text": lambda raw, _: raw.replace(b"PBG", b"P\xc0\x80G", 1),
    "a surrogate in bytes": lambda raw, _: raw.replace(b"PBG", b"P\xed\xa0\x80G", 1),
    "a bare line end in a text": lambda raw, _: raw.replace(b"PBG", b"P\nBG", 1),
    "other quotation marks": lambda raw, _: raw.replace(b'"', b"'"),
    "another encoding": lambda raw, _: raw.decode().encode("utf-16"),
    "a space that is none": lambda raw, _: raw.replace(b"{", b"{\xc2\xa0", 1),
    "nesting without end": lambda raw, _: b"[" * 100_000,
    "a value that is no object": lambda raw, _: b"[1]",
}

#: Other spellings of the same good bundle.
SPELLINGS: tuple[Callable[[Bundle], bytes], ...] = (
    lambda bundle: json.dumps(bundle).encode(),
    lambda bundle: json.dumps(bundle, ensure_ascii=False, indent=4).encode(),
    lambda bundle: json.dumps(dict(reversed(bundle.items())), separators=(",", ":")).encode() + b"\r\n\t ",
    lambda bundle: re.sub(rb'"leaf": (\d+)', rb'"leaf": \1.0e+0', json.dumps(bundle).encode()),
    lambda bundle: json.dumps(bundle).encode().replace(b'"origin"', b'"\\u006frigin"'),
    lambda bundle: json.dumps(
        bundle | {"checkpoint": bundle["checkpoint"] + "\u2014 somebody AAAAAAAAAAA=\n"}
    ).encode(),
)
