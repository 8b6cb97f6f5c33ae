"""A receipt says one thing of one entry, is signed by the office, and has one spelling."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.checkpoints import VerifierKey
from routing.domain.log_receipts import KEY_NAME, LogReceipt, NotAReceipt, is_signed_by, receipt_read, signed_receipt

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = VerifierKey.of(KEY_NAME, KEY)
NUMBER = "SIP-DOKTER-2026-000001-8"
AT = datetime(2026, 11, 23, 7, 5, 0, 123456, tzinfo=UTC)


def given_out(**changed: Any) -> LogReceipt:
    said: dict[str, Any] = {"number": NUMBER, "seq": 2, "entry_hash": bytes(32), "at": AT} | changed
    return signed_receipt(**said, key=KEY)


@given(
    seq=st.integers(1, 10**8),
    entry_hash=st.binary(min_size=32, max_size=32),
    at=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_receipt_that_is_read_is_the_one_that_was_given(seq: int, entry_hash: bytes, at: datetime) -> None:
    receipt = given_out(seq=seq, entry_hash=entry_hash, at=at)
    assert receipt_read(receipt.text) == receipt
    assert is_signed_by(receipt_read(receipt.text), [PUBLIC])


def test_a_receipt_may_be_broken_over_lines() -> None:
    text = given_out().text
    assert receipt_read(f" {text[:60]}\n  {text[60:]}\r\n") == given_out()


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "SIP-DOKTER-2026-000002-6"},
        {"seq": 3},
        {"entry_hash": bytes(31) + b"\x01"},
        {"at": AT + timedelta(microseconds=1)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_no_part_of_a_receipt_can_be_changed(changed: dict[str, Any]) -> None:
    forged = given_out(**changed)
    kept = LogReceipt(
        number=forged.number, seq=forged.seq, hash=forged.hash, at=forged.at, signature=given_out().signature
    )
    assert not is_signed_by(kept, [PUBLIC])
    assert kept.short != given_out().short


def test_a_receipt_of_another_office_is_not_signed_by_this_one() -> None:
    other = signed_receipt(NUMBER, 2, bytes(32), AT, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert not is_signed_by(other, [PUBLIC])
    assert not is_signed_by(other, [])


def test_a_receipt_of_an_earlier_key_still_holds() -> None:
    newer = VerifierKey.of(KEY_NAME, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert is_signed_by(given_out(), [newer, PUBLIC])


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "SA1",
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text.replace("SA1", "SA2"),
        lambda text: text.replace(".2.", ".0."),
        lambda text: text.replace(".2.", ".02."),
        lambda text: text.replace("A.1", "B.1"),
        lambda text: text.lower(),
        lambda text: text.replace(".", "-"),
    ],
)
def test_what_is_no_receipt_is_refused_with_the_way_out(spoilt) -> None:
    text = spoilt if isinstance(spoilt, str) else spoilt(given_out().text)
    with pytest.raises(NotAReceipt, match="Scan the QR code once more"):
        receipt_read(text)


def test_the_short_code_can_be_read_out() -> None:
    short = given_out().short
    assert len(short) == 19
    assert set(short) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")
    assert short == receipt_read(given_out().text).short
