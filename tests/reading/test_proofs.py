"""The log proves what is in it and that it only grew, to whoever can check a hash and a signature."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.actions.seal import begin_log, seal
from routing.domain.audit_chain import rfc3339
from routing.domain.checkpoints import Statement, VerifierKey, cosigned, opened
from routing.domain.errors import UnknownApplication
from routing.domain.merkle_log import leaf_hash, verify_consistency, verify_inclusion
from routing.domain.sealing import LogForked
from routing.office import Office
from routing.reading import proofs
from routing.reading.proofs import (
    NoSuchProof,
    NothingSealed,
    NotSealed,
    consistency,
    inclusion,
    inclusion_of_entry,
    inclusion_of_office_entry,
    newest_checkpoint,
)
from routing.storage.database import Reader
from routing.storage.subtrees import stored_hashes
from routing.storage.tables import log_checkpoints, log_nodes
from tests.clock import Clock
from tests.forging import forge
from tests.mall import Mall


def roots_of(office: Office) -> dict[int, bytes]:
    with office.reading() as connection:
        rows = connection.execute(sa.select(log_checkpoints.c.size, log_checkpoints.c.root))
        return {row.size: bytes(row.root) for row in rows}


def test_nothing_can_be_proven_before_the_first_seal(mall: Mall) -> None:
    application = mall.registers()
    for ask in (
        lambda: newest_checkpoint(mall.office),
        lambda: inclusion(mall.office, 0),
        lambda: consistency(mall.office, 0),
        lambda: inclusion_of_entry(mall.office, application.number, 1),
    ):
        with pytest.raises((NothingSealed, NotSealed)):
            ask()


def test_every_entry_is_proven_under_every_seal_it_is_in(mall: Mall, clock: Clock) -> None:
    applications = []
    for _ in range(4):
        applications.append(mall.registers())
        seal(mall.office)
        clock.advance(timedelta(minutes=1))
    roots, newest = roots_of(mall.office), newest_checkpoint(mall.office)
    assert sorted(roots) == [3, 5, 7, 9]
    assert opened(newest.note, begin_log(mall.office).keys).checkpoint.root == roots[9] == newest.root
    for application in applications:
        for seq in (1, 2):
            found = inclusion_of_entry(mall.office, application.number, seq)
            assert found.size == 9
            for size in (size for size in roots if size > found.leaf):
                proven = inclusion(mall.office, found.leaf, size)
                assert verify_inclusion(leaf_hash(proven.hash), found.leaf, size, proven.proof, roots[size])
    begun = inclusion_of_office_entry(mall.office, 1)
    assert verify_inclusion(leaf_hash(begun.hash), 0, 9, begun.proof, roots[9])
    for old in roots:
        for new in (new for new in roots if new >= old):
            grown = consistency(mall.office, old, new)
            assert verify_consistency(old, new, roots[old], roots[new], grown.proof)
    assert consistency(mall.office, 3) == consistency(mall.office, 3, 9)


def test_what_is_beyond_the_seal_has_no_proof_yet(mall: Mall, clock: Clock) -> None:
    mall.registers()
    seal(mall.office)
    late = mall.registers()
    with pytest.raises(NotSealed, match=late.number):
        inclusion_of_entry(mall.office, late.number, 1)
    seal(mall.office)
    # It has its leaf; and nobody has signed it.
    with pytest.raises(NotSealed, match=late.number):
        inclusion_of_entry(mall.office, late.number, 1)
    for ask in (
        lambda: inclusion(mall.office, 3),
        lambda: inclusion(mall.office, 0, 4),
        lambda: inclusion(mall.office, 2, 2),
        lambda: consistency(mall.office, 1, 4),
        lambda: consistency(mall.office, 3, 2),
    ):
        with pytest.raises(NoSuchProof, match="sealed to 3 leaves"):
            ask()
    clock.advance(timedelta(minutes=1))
    seal(mall.office)
    assert inclusion_of_entry(mall.office, late.number, 1).leaf in (3, 4)
    with pytest.raises(UnknownApplication):
        inclusion_of_entry(mall.office, "SD-2026-999999", 1)


def test_the_newest_checkpoint_carries_the_lines_of_its_witnesses(mall: Mall) -> None:
    mall.registers()
    seal(mall.office)
    log, newest, now = begin_log(mall.office), newest_checkpoint(mall.office), mall.office.now()
    keys = {name: Ed25519PrivateKey.generate() for name in ("inspektorat.example/w", "ombudsman.example/w")}
    with mall.office.transaction() as tx:
        for name, key in keys.items():
            note = cosigned(newest.note, name, key, now)
            tx.sealed_log.keep_anchor(witness=name, size=newest.size, note=note, at=now)
    witnesses = [VerifierKey.of(name, key, Statement.WITNESS) for name, key in keys.items()]
    found = opened(newest_checkpoint(mall.office).note, [*log.keys, *witnesses])
    assert [(one.name, rfc3339(at)) for one, at in found.witnesses] == [
        (name, rfc3339(now.replace(microsecond=0))) for name in keys
    ]


def test_a_proof_takes_one_look_into_the_tree(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(9):
        mall.registers()
    seal(mall.office)
    looks: list[int] = []

    def look(connection: Reader, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        looks.append(len(places))
        return stored_hashes(connection, places)

    monkeypatch.setattr(proofs, "stored_hashes", look)
    proof = consistency(mall.office, 5)
    assert len(proof.proof) > 3
    assert len(looks) == 1


def test_a_tree_with_holes_proves_nothing(mall: Mall) -> None:
    for _ in range(3):
        mall.registers()
    seal(mall.office)
    forge(mall.office, sa.delete(log_nodes))
    with pytest.raises(LogForked):
        inclusion(mall.office, 0)
