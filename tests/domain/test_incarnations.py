"""A log begun anew says so itself, and only the key it had before can say it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.audit_chain import GENESIS
from routing.domain.checkpoints import Checkpoint, VerifierKey, signed
from routing.domain.incarnations import begun_anew, followed, incarnation_of, next_origin, number_of
from routing.domain.log_identity import INCARNATION_BEGUN, KEY_ROTATED, LOG_BEGUN, begun, rotated
from routing.domain.office_entries import OfficeEntry, write_office_entry

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ORIGIN = "satuatap-0badcafe/log/1"
FIRST, SECOND, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([count] * 32)) for count in (1, 2, 3))
ONE, TWO = (VerifierKey.of(ORIGIN, key) for key in (FIRST, SECOND))
NOTE = signed(Checkpoint(ORIGIN, 9, bytes(32)), SECOND)


def entry(kind: str, facts: Mapping[str, Any]) -> OfficeEntry:
    return write_office_entry(seq=1, previous=GENESIS, at=AT, kind=kind, actor="kadek", facts=facts)


def anew(signer: Ed25519PrivateKey = SECOND, **changed: object) -> OfficeEntry:
    facts = begun_anew(old=TWO, signer=signer, note=NOTE, restored=4, reason="The disk broke.", by=("kadek", "wira"))
    return entry(INCARNATION_BEGUN, {**facts, **changed})


BEGUN, ROTATED = entry(LOG_BEGUN, begun(ONE)), entry(KEY_ROTATED, rotated(ONE, TWO, FIRST))


@pytest.mark.parametrize(
    ("origin", "number", "after"),
    [
        (ORIGIN, 1, "satuatap-0badcafe/log/2"),
        ("izin.example.go.id/log/9", 9, "izin.example.go.id/log/10"),
        ("izin.example.go.id", 1, "izin.example.go.id/2"),
        ("izin.example.go.id/007", 1, "izin.example.go.id/007/2"),
    ],
)
def test_the_number_at_its_end_is_what_changes_in_a_name(origin: str, number: int, after: str) -> None:
    assert (number_of(origin), next_origin(origin)) == (number, after)
    assert number_of(after) == number + 1


def test_it_says_what_was_lost_and_who_began_it() -> None:
    made = incarnation_of(anew())
    assert made is not None
    assert (made.origin, made.old, made.lost.size, made.restored) == ("satuatap-0badcafe/log/2", TWO, 9, 4)
    assert (made.reason, made.by) == ("The disk broke.", ("kadek", "wira"))


@pytest.mark.parametrize(
    "changed",
    [
        {"restored": 5},
        {"reason": "Nothing happened."},
        {"by": ["kadek", "nyoman"]},
        {"checkpoint": signed(Checkpoint(ORIGIN, 8, bytes(32)), SECOND)},
        {"origin": "satuatap-0badcafe/log/3"},
        {"old": ONE.text},
        {"key": None},
        {"signature": "AAAA"},
        {"checkpoint": "nonsense"},
    ],
)
def test_what_was_changed_in_it_is_not_believed(changed: dict[str, Any]) -> None:
    assert incarnation_of(anew(**changed)) is None


def test_another_kind_or_key_begins_nothing() -> None:
    assert incarnation_of(anew(STRANGER)) is None
    assert incarnation_of(entry("exported", anew().said)) is None


def test_keys_follow_from_the_trusted_one_and_from_nobody_else() -> None:
    keys, incarnations = followed([ONE], [BEGUN, ROTATED, anew()])
    assert keys == (ONE, TWO, incarnations[0].key)
    # Whoever trusts the newest has no need of the older ones.
    assert followed([TWO], [BEGUN, ROTATED, anew()])[1] == incarnations
    stranger = VerifierKey.of(ORIGIN, STRANGER)
    assert followed([stranger], [BEGUN, ROTATED, anew()]) == ((stranger,), ())
    assert followed([ONE], [BEGUN, anew()]) == ((ONE,), ())


def test_a_rotation_does_not_change_the_name() -> None:
    elsewhere = VerifierKey.of("another/log/1", SECOND)
    assert followed([ONE], [entry(KEY_ROTATED, rotated(ONE, elsewhere, FIRST))]) == ((ONE,), ())
