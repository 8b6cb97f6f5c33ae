"""The Merkle tree over the whole log (RFC 6962, RFC 9162): its root, and the proofs that need no trust in the office.

A leaf's data is the chain hash of an entry. A subtree is *complete* when it holds 2^level leaves; complete subtrees
never change again, so they are what is stored. Everything here takes them through ``get(level, place)`` (level 0: a
leaf's hash) and knows neither tables nor keys: who signs a root is ``checkpoints``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

#: Gives the hash of a complete subtree by its level and its place among those of that level.
Get = Callable[[int, int], bytes]
#: A complete subtree: level, place, hash.
Node = tuple[int, int, bytes]

#: The root of a log without entries.
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF_PREFIX = b"\x00"
_NODE_PREFIX = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; the prefix keeps it from being passed off as an inner node."""
    return hashlib.sha256(_LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the subtree over two others."""
    return hashlib.sha256(_NODE_PREFIX + left + right).digest()


class Frontier:
    """The right edge of the tree: all that must be remembered to add leaves and to tell the root.

    It holds the complete subtrees that make up the log, one for every bit of its size, the largest first.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError(f"a log of {size} leaves has {size.bit_count()} subtrees at its edge, not {len(hashes)}")
        self.size = size
        self._edge = list(hashes)

    @classmethod
    def of(cls, get: Get, size: int) -> Frontier:
        """The edge of a log whose complete subtrees are stored."""
        return cls(size, [get(level, place) for level, place in edge_of(size)])

    def add(self, leaf: bytes) -> list[Node]:
        """Adds a leaf's hash; gives the complete subtrees this made, the leaf itself not among them."""
        made: list[Node] = []
        level, place = 0, self.size
        while place & 1:
            leaf = hashlib.sha256(_NODE_PREFIX + self._edge.pop() + leaf).digest()
            level, place = level + 1, place >> 1
            made.append((level, place, leaf))
        self._edge.append(leaf)
        self.size += 1
        return made

    def extend(self, leaves: Iterable[bytes]) -> list[Node]:
        """Adds many leaves' hashes, in order; gives every complete subtree this made."""
        made: list[Node] = []
        for leaf in leaves:
            made += self.add(leaf)
        return made

    @property
    def root(self) -> bytes:
        """The root hash of the log as it stands."""
        if not self._edge:
            return EMPTY_ROOT
        *larger, root = self._edge
        for subtree in reversed(larger):
            root = node_hash(subtree, root)
        return root


def edge_of(size: int) -> list[tuple[int, int]]:
    """Level and place of the complete subtrees that make up a log of ``size`` leaves, the largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [(level, (size >> level) - 1) for level in levels]


def root_of(get: Get, size: int) -> bytes:
    """The root hash of the first ``size`` leaves."""
    return Frontier.of(get, size).root


def inclusion_proof(get: Get, leaf: int, size: int) -> list[bytes]:
    """The hashes that lead from the leaf (counted from 0) to the root of the first ``size`` leaves."""
    if not 0 <= leaf < size:
        raise ValueError(f"there is no leaf {leaf} in a log of {size}")
    return [_subtree(get, start, end) for start, end in _beside(leaf, 0, size)]


def consistency_proof(get: Get, old: int, new: int) -> list[bytes]:
    """The hashes that show the first ``old`` leaves to be unchanged among the first ``new``."""
    if not 0 <= old <= new:
        raise ValueError(f"a log of {new} leaves did not grow from one of {old}")
    if old in (0, new):
        return []
    return [_subtree(get, start, end) for start, end in _between(old, 0, new)]


def places_needed(proof: Callable[[Get], object]) -> list[tuple[int, int]]:
    """The complete subtrees that a proof asks for, so that whoever stores them can fetch them all at once."""
    wanted: list[tuple[int, int]] = []

    def note(level: int, place: int) -> bytes:
        wanted.append((level, place))
        return EMPTY_ROOT

    proof(note)
    return wanted


def verify_inclusion(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf's hash stands at ``place`` in the log of this size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= place < size or not _are_hashes((leaf, root, *proof)):
        return False
    sides = _sides(place, size - 1)
    if len(sides) != len(proof):
        return False
    walked = leaf
    for sibling, is_left in zip(proof, sides, strict=True):
        walked = node_hash(sibling, walked) if is_left else node_hash(walked, sibling)
    return walked == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the log of ``new`` leaves begins with the log of ``old`` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old in (0, new):
        return not proof and old_root == (new_root if old == new else EMPTY_ROOT)
    if not proof:
        return False
    # The largest subtree at the old log's edge stands in both; where it is the whole old log, the root is its hash.
    level = (old & -old).bit_length() - 1
    start, *siblings = proof if old & (old - 1) else (old_root, *proof)
    sides = _sides((old - 1) >> level, (new - 1) >> level)
    if len(sides) != len(siblings):
        return False
    was = now = start
    for sibling, is_left in zip(siblings, sides, strict=True):
        if is_left:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
        else:
            now = node_hash(now, sibling)
    return was == old_root and now == new_root


def _sides(place: int, last: int) -> list[bool]:
    """For every sibling on the way up from a place, of places to ``last``: whether it stands to the left."""
    sides: list[bool] = []
    while last:
        # At the right edge a subtree without a neighbour moves up unhashed, until there is one on its left.
        while place == last and not place & 1:
            place, last = place >> 1, last >> 1
        sides.append(bool(place & 1))
        place, last = place >> 1, last >> 1
    return sides


def _are_hashes(given: Iterable[bytes]) -> bool:
    """Without it a "hash" of another length could move the border between the two halves of a node."""
    return all(len(one) == len(EMPTY_ROOT) for one in given)


def _beside(leaf: int, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of leaves beside the way from the leaf up to the root, the lowest first."""
    passed: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _left_part(end - start)
        if leaf < middle:
            passed.append((middle, end))
            end = middle
        else:
            passed.append((start, middle))
            start = middle
    return passed[::-1]


def _between(old: int, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of leaves from which both roots can be made, the lowest first."""
    passed: list[tuple[int, int]] = []
    while old != end:
        middle = start + _left_part(end - start)
        if old <= middle:
            passed.append((middle, end))
            end = middle
        else:
            passed.append((start, middle))
            start = middle
    # Where nothing was passed on the left, this is the old log itself, whose root the verifier brings along.
    return ([(start, end)] if start else []) + passed[::-1]


def _left_part(size: int) -> int:
    """The largest power of two that is smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(get: Get, start: int, end: int) -> bytes:
    """The hash over a range of leaves that the tree has: complete, or the right edge made of complete ones."""
    size = end - start
    edge = [get(level, (start >> level) + place) for level, place in edge_of(size)]
    return Frontier(size, edge).root
