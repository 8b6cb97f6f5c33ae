"""Which checkpoints kept elsewhere a log holds, and how it contradicts those that it does not."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.checkpoints import Checkpoint, VerifierKey, signed
from routing.domain.incarnations import begun_anew
from routing.domain.log_identity import INCARNATION_BEGUN
from routing.domain.rollback import Anchor, LogBehind, Standing, Wrong, judged
from tests.domain.test_incarnations import BEGUN, FIRST, ONE, ORIGIN, ROTATED, SECOND, STRANGER, entry

#: A log of six leaves.
HERE = Standing((BEGUN,), 6, lambda size: bytes([size] * 32) if size <= 6 else None)
#: What went on from four leaves of a log that had come to nine.
LOST = signed(Checkpoint(ORIGIN, 9, bytes([99] * 32)), FIRST)
ANEW = entry(INCARNATION_BEGUN, begun_anew(old=ONE, signer=FIRST, note=LOST, restored=4, reason="-", by=("a", "b")))
AFTER = replace(HERE, naming=(BEGUN, ANEW))
SECOND_NAME = "satuatap-0badcafe/log/2"


def held(size: int, root: bytes | None = None, origin: str = ORIGIN, key: Ed25519PrivateKey = FIRST) -> Anchor:
    note = signed(Checkpoint(origin, size, bytes([size] * 32) if root is None else root), key)
    return Anchor("elsewhere", note)


def wrong(anchor: Anchor, standing: Standing = HERE) -> Wrong | None:
    found = judged([anchor], standing)
    return found.wrong if found is not None else None


@pytest.mark.parametrize("size", [1, 5, 6])
def test_what_is_in_the_log_is_held(size: int) -> None:
    assert wrong(held(size)) is None


def test_a_shorter_log_a_forked_one_and_another_one_are_told_apart() -> None:
    assert wrong(held(7)) is Wrong.BEHIND
    assert wrong(held(5, bytes(32))) is Wrong.FORKED
    assert wrong(held(5, key=STRANGER)) is Wrong.UNKNOWN
    assert wrong(held(5, origin="another/log/1")) is Wrong.UNKNOWN
    assert wrong(held(5, origin=SECOND_NAME)) is Wrong.UNKNOWN
    assert wrong(held(5), replace(HERE, root=lambda _size: None)) is Wrong.FORKED
    assert wrong(held(1), Standing((), 0, lambda _size: bytes(32))) is Wrong.BEHIND


def test_a_key_that_the_database_names_itself_proves_nothing_about_a_note_from_elsewhere() -> None:
    assert wrong(held(5, key=SECOND)) is Wrong.UNKNOWN
    assert wrong(held(5, key=SECOND), replace(HERE, naming=(BEGUN, ROTATED))) is None


def test_what_an_incarnation_left_behind_is_held_as_far_as_it_says() -> None:
    for anchor in (held(3), held(4), held(7), Anchor("-", LOST), held(5, origin=SECOND_NAME)):
        assert wrong(anchor, AFTER) is None, anchor
    # Longer than it knew, of the same length and another root, and not what was restored.
    for anchor in (held(10), held(9), held(3, bytes(32))):
        assert wrong(anchor, AFTER) is Wrong.FORKED, anchor
    assert wrong(held(7, origin=SECOND_NAME), AFTER) is Wrong.BEHIND


def test_an_incarnation_that_the_old_key_has_not_signed_leaves_nothing_behind() -> None:
    forged = begun_anew(old=VerifierKey.of(ORIGIN, STRANGER), signer=STRANGER, note=LOST, restored=4, reason="-",
                        by=("a", "b"))  # fmt: skip
    assert wrong(held(7), replace(HERE, naming=(BEGUN, entry(INCARNATION_BEGUN, forged)))) is Wrong.UNKNOWN


def test_the_fault_names_both_sides_and_the_way_out() -> None:
    found = judged([held(3), held(7)], HERE)
    assert found is not None
    said = str(LogBehind(found))
    for told in ("7 entries", bytes([7] * 32).hex(), "6 entries", bytes([6] * 32).hex(), "begin-incarnation"):
        assert told in said
