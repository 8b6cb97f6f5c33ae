"""An entry that was changed, taken out, put in or moved breaks the chain at its place."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.audit_chain import GENESIS, Entry, canonical, first_break, keyed_digest, link, rfc3339, write_entry

AT = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))


def a_chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for seq in range(1, length + 1):
        entries.append(
            write_entry(
                application_id=7,
                seq=seq,
                previous=entries[-1].hash if entries else GENESIS,
                at=AT + timedelta(minutes=seq),
                kind="decided",
                desk="verifikasi",
                actor="omar",
                facts={"step": "verify", "decision": "forward", "visit": seq, "reason": None},
            )
        )
    return entries


def rows(entries: list[Entry]) -> list[tuple[int, bytes, bytes]]:
    return [(entry.seq, entry.body, entry.hash) for entry in entries]


CHAIN = rows(a_chain(6))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SAID = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.floats(-1e300, 1e300) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, SAID, max_size=6))
def test_an_entry_has_the_bytes_of_rfc_8785_whatever_it_says(said: dict[str, Any]) -> None:
    assert canonical(said) == rfc8785.dumps(said)


def test_an_untouched_chain_has_no_break() -> None:
    assert first_break(CHAIN) is None
    assert first_break([]) is None


@given(data=st.data(), at=st.integers(0, len(CHAIN) - 1), in_hash=st.booleans())
def test_one_flipped_bit_is_found_at_its_entry(data: st.DataObject, at: int, in_hash: bool) -> None:
    seq, body, stored = CHAIN[at]
    flipped = bytearray(stored if in_hash else body)
    bit = data.draw(st.integers(0, len(flipped) * 8 - 1))
    flipped[bit // 8] ^= 1 << bit % 8
    broken = list(CHAIN)
    broken[at] = (seq, body, bytes(flipped)) if in_hash else (seq, bytes(flipped), stored)
    assert first_break(broken) == seq


@given(at=st.integers(0, len(CHAIN) - 1))
def test_an_entry_that_was_rewritten_with_its_hash_breaks_the_next(at: int) -> None:
    """The last one cannot be told so: the head that the application keeps must be compared with it."""
    seq, body, _ = CHAIN[at]
    previous = CHAIN[at - 1][2] if at else GENESIS
    forged = body.replace(b"omar", b"budi")
    broken = [*CHAIN[:at], (seq, forged, link(previous, forged)), *CHAIN[at + 1 :]]
    assert first_break(broken) == (seq + 1 if at < len(CHAIN) - 1 else None)


@given(at=st.integers(0, len(CHAIN) - 2))
def test_an_entry_that_was_taken_out_is_missed_by_its_number(at: int) -> None:
    assert first_break([*CHAIN[:at], *CHAIN[at + 1 :]]) == CHAIN[at][0]


@given(at=st.integers(0, len(CHAIN) - 2))
def test_two_entries_that_changed_places_are_found(at: int) -> None:
    (one, body, stored), (two, other_body, other_stored) = CHAIN[at], CHAIN[at + 1]
    swapped = [*CHAIN[:at], (one, other_body, other_stored), (two, body, stored), *CHAIN[at + 2 :]]
    assert first_break(swapped) == one


@given(at=st.integers(1, len(CHAIN) - 1))
def test_an_entry_that_was_put_in_is_found(at: int) -> None:
    seq, body, _ = CHAIN[at]
    inserted = (seq, body, link(CHAIN[at - 1][2], body + b" "))
    assert first_break([*CHAIN[:at], inserted, *CHAIN[at:]]) == seq


def test_a_chain_of_another_application_does_not_fit_in() -> None:
    other = write_entry(
        application_id=8, seq=1, previous=GENESIS, at=AT, kind="submitted", desk=None, actor="ida", facts={}
    )
    assert first_break([(1, other.body, other.hash), *CHAIN[1:]]) == 2


def test_an_entry_says_what_its_columns_say_in_canonical_form() -> None:
    (entry,) = a_chain(1)
    said = json.loads(entry.body)
    assert said == {
        "actor": "omar",
        "at": "2026-03-02T01:01:00.123456Z",
        "decision": "forward",
        "desk": "verifikasi",
        "kind": "decided",
        "schema": 2,
        "seq": 1,
        "step": "verify",
        "visit": 1,
    }
    assert entry.body == json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    assert entry.hash == hashlib.sha256(b"\x02" + bytes(32) + len(entry.body).to_bytes(8, "big") + entry.body).digest()


def test_facts_cannot_speak_for_the_entry_itself() -> None:
    facts = {"kind": "granted", "actor": "nobody", "seq": 99, "at": "never"}
    entry = write_entry(
        application_id=7, seq=1, previous=GENESIS, at=AT, kind="decided", desk="d", actor="omar", facts=facts
    )
    said = json.loads(entry.body)
    assert (said["kind"], said["actor"], said["seq"]) == ("decided", "omar", 1)


def test_a_digest_tells_nothing_without_its_key() -> None:
    assert keyed_digest(b"a" * 32, "text") != keyed_digest(b"b" * 32, "text")
    assert keyed_digest(b"a" * 32, "text") == keyed_digest(b"a" * 32, "text")


def test_an_instant_is_written_in_utc_whatever_zone_it_was_said_in() -> None:
    assert rfc3339(AT) == rfc3339(AT.astimezone(UTC)) == "2026-03-02T01:00:00.123456Z"
