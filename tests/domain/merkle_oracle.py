"""The tree as RFC 6962 defines it, word for word and without any cleverness: what the quick one is held to."""

import hashlib
from collections.abc import Sequence
from functools import cache

from routing.domain.merkle_log import Get


def tree_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaves that are hashed already."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = split_of(len(leaves))
    return hashlib.sha256(b"\x01" + tree_of(leaves[:split]) + tree_of(leaves[split:])).digest()


def path_of(place: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    split = split_of(len(leaves))
    if place < split:
        return [*path_of(place, leaves[:split]), tree_of(leaves[split:])]
    return [*path_of(place - split, leaves[split:]), tree_of(leaves[:split])]


def proof_of(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962, 2.1.2."""
    if old == len(leaves):
        return [] if whole else [tree_of(leaves)]
    split = split_of(len(leaves))
    if old <= split:
        return [*proof_of(old, leaves[:split], whole=whole), tree_of(leaves[split:])]
    return [*proof_of(old - split, leaves[split:], whole=False), tree_of(leaves[:split])]


def split_of(size: int) -> int:
    """The largest power of two smaller than the size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def subtrees_of(leaves: Sequence[bytes]) -> Get:
    """Every complete subtree by level and place, each made from its leaves."""

    @cache
    def get(level: int, place: int) -> bytes:
        width = 1 << level
        covered = leaves[place * width : (place + 1) * width]
        assert len(covered) == width, f"subtree {place} of level {level} is not complete"
        return tree_of(covered)

    return get
