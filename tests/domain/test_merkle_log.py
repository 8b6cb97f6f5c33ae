"""The log's tree is the one of Certificate Transparency, and no proof survives the change of a single bit."""

import random
from collections.abc import Callable, Iterator

import pytest

from routing.domain.merkle_log import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    places_needed,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.domain.merkle_oracle import path_of, proof_of, subtrees_of, tree_of

# The vectors of Certificate Transparency (google/certificate-transparency, merkle_tree_test.cc; the same stand in
# transparency-dev/merkle, testonly/constants.go): eight leaves, the root after each, and proofs.
VECTOR_LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
VECTOR_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
VECTOR_INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
VECTOR_CONSISTENCY = {
    (1, 1): [],
    (1, 8): VECTOR_INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % place) for place in range(size)]


LEAVES = leaves_of(300)
GET = subtrees_of(LEAVES)
ROOTS = [tree_of(LEAVES[:size]) for size in range(301)]


class TestTheVectorsOfCertificateTransparency:
    def test_every_size_has_the_published_root(self) -> None:
        frontier = Frontier()
        roots = [frontier.root.hex()]
        for leaf in VECTOR_LEAVES:
            frontier.add(leaf)
            roots.append(frontier.root.hex())
        assert roots == VECTOR_ROOTS

    @pytest.mark.parametrize("case", VECTOR_INCLUSION)
    def test_an_inclusion_proof_is_the_published_one(self, case: tuple[int, int]) -> None:
        place, size = case
        proof = inclusion_proof(subtrees_of(VECTOR_LEAVES), place, size)
        assert [one.hex() for one in proof] == VECTOR_INCLUSION[case]
        assert verify_inclusion(VECTOR_LEAVES[place], place, size, proof, bytes.fromhex(VECTOR_ROOTS[size]))

    @pytest.mark.parametrize("case", VECTOR_CONSISTENCY)
    def test_a_consistency_proof_is_the_published_one(self, case: tuple[int, int]) -> None:
        old, new = case
        proof = consistency_proof(subtrees_of(VECTOR_LEAVES), old, new)
        assert [one.hex() for one in proof] == VECTOR_CONSISTENCY[case]
        was, now = (bytes.fromhex(VECTOR_ROOTS[size]) for size in case)
        assert verify_consistency(old, new, was, now, proof)


class TestTheDefinitionOfTheRfc:
    def test_every_size_to_300_has_the_root_of_the_definition(self) -> None:
        frontier = Frontier()
        for size, leaf in enumerate(LEAVES):
            assert frontier.root == root_of(GET, size) == ROOTS[size]
            frontier.add(leaf)
        assert frontier.root == ROOTS[300]

    def test_what_a_leaf_completes_is_every_complete_subtree_once(self) -> None:
        made = Frontier().extend(LEAVES)
        places = {(level, place) for level, place, _ in made}
        assert len(made) == len(places)
        assert places == {(level, place) for level in range(1, 9) for place in range(300 >> level)}
        assert all(digest == GET(level, place) for level, place, digest in made)

    def test_a_frontier_grows_on_from_what_is_stored(self) -> None:
        for size in range(0, 300, 7):
            frontier = Frontier.of(GET, size)
            frontier.extend(LEAVES[size:])
            assert frontier.root == ROOTS[300]

    @pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 127, 128, 129, 200, 255, 256, 257, 299, 300])
    def test_every_leaf_has_the_path_of_the_definition_and_it_verifies(self, size: int) -> None:
        for place in range(0, size, max(1, size // 32)):
            proof = inclusion_proof(GET, place, size)
            assert proof == path_of(place, LEAVES[:size])
            assert verify_inclusion(LEAVES[place], place, size, proof, ROOTS[size])

    def test_every_size_proves_leaves_drawn_at_random(self) -> None:
        chance = random.Random(6962)
        for size in range(1, 301):
            for place in {0, size - 1, *(chance.randrange(size) for _ in range(4))}:
                proof = inclusion_proof(GET, place, size)
                assert verify_inclusion(LEAVES[place], place, size, proof, ROOTS[size])

    @pytest.mark.parametrize("new", [*range(1, 34), 63, 64, 65, 127, 128, 129, 200, 255, 256, 257, 299, 300])
    def test_two_sizes_have_the_proof_of_the_definition_and_it_verifies(self, new: int) -> None:
        for old in range(1, new + 1, max(1, new // 32)):
            proof = consistency_proof(GET, old, new)
            assert proof == proof_of(old, LEAVES[:new])
            assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)

    def test_every_size_proves_that_it_grew_from_sizes_drawn_at_random(self) -> None:
        chance = random.Random(9162)
        for new in range(1, 301):
            for old in {0, new, *(chance.randint(0, new) for _ in range(4))}:
                assert verify_consistency(old, new, ROOTS[old], ROOTS[new], consistency_proof(GET, old, new))

    def test_larger_logs_keep_to_the_definition_too(self) -> None:
        chance = random.Random(20_000)
        for size in (chance.randint(301, 20_000) for _ in range(3)):
            leaves = leaves_of(size)
            get, root = subtrees_of(leaves), tree_of(leaves)
            assert root_of(get, size) == root
            place, old = chance.randrange(size), chance.randint(1, size)
            proof = inclusion_proof(get, place, size)
            assert proof == path_of(place, leaves)
            assert verify_inclusion(leaves[place], place, size, proof, root)
            grown = consistency_proof(get, old, size)
            assert grown == proof_of(old, leaves)
            assert verify_consistency(old, size, tree_of(leaves[:old]), root, grown)


class TestAFalseProof:
    @pytest.mark.parametrize(("place", "size"), [(0, 2), (4, 5), (6, 7), (77, 100), (299, 300)])
    def test_no_bit_of_an_inclusion_proof_can_be_turned(self, place: int, size: int) -> None:
        proof = inclusion_proof(GET, place, size)
        assert verify_inclusion(LEAVES[place], place, size, proof, ROOTS[size])
        for altered in with_one_bit_turned(proof):
            assert not verify_inclusion(LEAVES[place], place, size, altered, ROOTS[size])
        for leaf in with_one_bit_turned([LEAVES[place]]):
            assert not verify_inclusion(leaf[0], place, size, proof, ROOTS[size])

    @pytest.mark.parametrize(("old", "new"), [(1, 2), (4, 5), (6, 8), (64, 300), (77, 100), (299, 300)])
    def test_no_bit_of_a_consistency_proof_can_be_turned(self, old: int, new: int) -> None:
        proof = consistency_proof(GET, old, new)
        assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)
        for altered in with_one_bit_turned(proof):
            assert not verify_consistency(old, new, ROOTS[old], ROOTS[new], altered)
        for was, now in ((altered[0], altered[1]) for altered in with_one_bit_turned([ROOTS[old], ROOTS[new]])):
            assert not verify_consistency(old, new, was, now, proof)

    @pytest.mark.parametrize("change", [lambda p: p[:-1], lambda p: p[1:], lambda p: [*p, p[0]], lambda p: [p[0], *p]])
    def test_nothing_may_be_left_out_or_added(self, change: Callable[[list[bytes]], list[bytes]]) -> None:
        for size in range(2, 40):
            path = change(inclusion_proof(GET, size // 2, size))
            assert not verify_inclusion(LEAVES[size // 2], size // 2, size, path, ROOTS[size])
            old = size - 1
            grown = change(consistency_proof(GET, old, size))
            assert not verify_consistency(old, size, ROOTS[old], ROOTS[size], grown)

    def test_a_proof_holds_at_its_place_and_size_alone(self) -> None:
        proof = inclusion_proof(GET, 20, 50)
        claims = {(place, size) for size in range(65) for place in range(-1, size + 1)} - {(20, 50)}
        accepted = [
            (place, size) for place, size in claims if verify_inclusion(LEAVES[20], place, size, proof, ROOTS[50])
        ]
        # Where the walk takes the same turns, the size cannot be told from the path: the signed checkpoint names it.
        assert all(place == 20 for place, _ in accepted)

    def test_no_proof_proves_nothing(self) -> None:
        for new in range(2, 20):
            assert not verify_inclusion(LEAVES[0], 0, new, [], ROOTS[new])
            for old in range(1, new):
                assert not verify_consistency(old, new, ROOTS[old], ROOTS[new], [])

    def test_an_inner_node_does_not_pass_for_a_leaf(self) -> None:
        inner = node_hash(LEAVES[0], LEAVES[1])
        assert not verify_inclusion(leaf_hash(LEAVES[0] + LEAVES[1]), 0, 2, [GET(1, 1)], ROOTS[4])
        assert inner != leaf_hash(LEAVES[0] + LEAVES[1])

    def test_a_hash_of_another_length_is_none(self) -> None:
        assert not verify_inclusion(LEAVES[0][:31], 0, 2, [LEAVES[0][31:] + LEAVES[1]], ROOTS[2])
        assert not verify_consistency(1, 2, ROOTS[1], ROOTS[2], [b""])

    def test_a_log_that_shrank_is_not_consistent(self) -> None:
        assert not verify_consistency(5, 4, ROOTS[5], ROOTS[4], consistency_proof(GET, 4, 5))
        assert not verify_consistency(0, 4, ROOTS[1], ROOTS[4], [])
        assert not verify_consistency(4, 4, ROOTS[4], ROOTS[3], [])
        assert verify_consistency(0, 4, EMPTY_ROOT, ROOTS[4], [])

    def test_what_is_not_in_the_log_has_no_proof(self) -> None:
        with pytest.raises(ValueError, match="no leaf 4"):
            inclusion_proof(GET, 4, 4)
        with pytest.raises(ValueError, match="did not grow"):
            consistency_proof(GET, 5, 4)
        with pytest.raises(ValueError, match="subtrees at its edge"):
            Frontier(3, [LEAVES[0]])


def test_a_proof_says_beforehand_which_subtrees_it_needs() -> None:
    for size in (1, 2, 7, 100, 300):
        needed = places_needed(lambda get, size=size: inclusion_proof(get, size // 2, size))  # type: ignore[misc]
        stored = {place: GET(*place) for place in needed}
        proof = inclusion_proof(lambda level, place, stored=stored: stored[level, place], size // 2, size)  # type: ignore[misc]
        assert proof == inclusion_proof(GET, size // 2, size)
        assert len(needed) < 2 * size.bit_length()


def with_one_bit_turned(hashes: list[bytes]) -> Iterator[list[bytes]]:
    for which, digest in enumerate(hashes):
        for bit in range(len(digest) * 8):
            turned = bytearray(digest)
            turned[bit // 8] ^= 1 << bit % 8
            yield [*hashes[:which], bytes(turned), *hashes[which + 1 :]]
