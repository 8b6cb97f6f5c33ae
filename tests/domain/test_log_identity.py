"""The log says itself who it is, and each key hands over to the next by its signature."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.audit_chain import GENESIS, canonical
from routing.domain.checkpoints import VerifierKey
from routing.domain.log_identity import KEY_ROTATED, LOG_BEGUN, begun, identity, is_handed_over, rotated
from routing.domain.office_entries import OfficeEntry, differs_from_its_body, write_office_entry

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ORIGIN = "satuatap-0badcafe/log/1"
FIRST, SECOND, THIRD = (Ed25519PrivateKey.from_private_bytes(bytes([count] * 32)) for count in (1, 2, 3))
ONE, TWO, THREE = (VerifierKey.of(ORIGIN, key) for key in (FIRST, SECOND, THIRD))


def entry(kind: str, facts: object, seq: int = 1) -> OfficeEntry:
    assert isinstance(facts, dict)
    return write_office_entry(seq=seq, previous=GENESIS, at=AT, kind=kind, actor="satuatap", facts=facts)


BEGUN = entry(LOG_BEGUN, begun(ONE))
ROTATED = entry(KEY_ROTATED, rotated(ONE, TWO, FIRST), seq=2)


def test_a_log_that_has_not_begun_is_nobody() -> None:
    assert identity([]) is None
    assert identity([entry("exported", {"what": "all"})]) is None


def test_it_signs_with_its_newest_key_and_names_all_of_them() -> None:
    log = identity([BEGUN, entry("exported", {}), ROTATED])
    assert log is not None
    assert (log.origin, log.keys, log.key) == (ORIGIN, (ONE, TWO), TWO)


def test_only_the_old_key_hands_over_to_the_new_one() -> None:
    assert is_handed_over(ONE, ROTATED)
    assert not is_handed_over(TWO, ROTATED)
    assert not is_handed_over(ONE, entry(KEY_ROTATED, rotated(ONE, TWO, THIRD)))
    said = dict(rotated(ONE, TWO, FIRST))
    assert not is_handed_over(ONE, entry(KEY_ROTATED, said | {"key": THREE.text}))
    assert not is_handed_over(ONE, entry(KEY_ROTATED, said | {"old": THREE.text}))
    assert not is_handed_over(ONE, entry(KEY_ROTATED, said | {"signature": "!"}))
    assert not is_handed_over(ONE, BEGUN)


def test_an_entry_that_names_no_key_is_no_beginning() -> None:
    with pytest.raises(ValueError, match="verifier key"):
        identity([entry(LOG_BEGUN, {"origin": ORIGIN})])


def test_the_columns_of_an_entry_say_what_its_bytes_say() -> None:
    assert differs_from_its_body(BEGUN) is None
    assert differs_from_its_body(replace(BEGUN, seq=2)) == "seq"
    assert differs_from_its_body(replace(BEGUN, at=AT.replace(year=2027))) == "at"
    assert differs_from_its_body(replace(BEGUN, kind="other")) == "kind"
    assert differs_from_its_body(replace(BEGUN, actor="nobody")) == "actor"
    assert differs_from_its_body(replace(BEGUN, body=b"{")) == "body"
    said = {name: value for name, value in BEGUN.said.items() if name != "office"}
    assert differs_from_its_body(replace(BEGUN, body=canonical(said))) == "office"
