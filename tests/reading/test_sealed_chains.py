"""Whoever gets round the database's refusal to change the sealed log is found, at the leaf or the seal it was."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.actions.note_reading import note_reading
from routing.actions.rotate_log_key import rotate_log_key
from routing.actions.seal import seal
from routing.domain.application import Application
from routing.domain.audit_chain import GENESIS, canonical, link, said_in
from routing.domain.checkpoints import Checkpoint, VerifierKey, signed
from routing.domain.incarnations import begun_anew
from routing.domain.log_identity import INCARNATION_BEGUN, KEY_ROTATED, LOG_BEGUN, begun
from routing.domain.log_reading import SEARCHED, Reading
from routing.reading.sealed_chains import SealReport, verify_sealed_log
from routing.storage.tables import (
    applications,
    audit_entries,
    log_checkpoints,
    log_leaves,
    log_nodes,
    log_reads,
    office_entries,
)
from tests.clock import Clock
from tests.forging import forge
from tests.mall import Mall


@pytest.fixture
def documents(mall: Mall, clock: Clock) -> list[Application]:
    """Three applications with two entries each; leaf 0 begins the log; sealed at 3, 5 and 7 leaves."""
    found = []
    for _ in range(3):
        found.append(mall.registers())
        seal(mall.office)
        clock.advance(timedelta(minutes=1))
    assert verify_sealed_log(mall.office) == SealReport(leaves=7, seals=3, waiting=0, problems=())
    return found


def found_in(mall: Mall) -> list[str]:
    return [f"{one.where}: {one.problem}" for one in verify_sealed_log(mall.office).problems]


def test_a_log_that_has_not_begun_holds(mall: Mall) -> None:
    mall.registers()
    assert verify_sealed_log(mall.office) == SealReport(leaves=0, seals=0, waiting=2, problems=())


def test_what_is_not_sealed_yet_is_counted_and_no_problem(mall: Mall, documents: list[Application]) -> None:
    mall.registers()
    assert verify_sealed_log(mall.office) == SealReport(leaves=7, seals=3, waiting=2, problems=())
    assert len(documents) == 3


def test_an_entry_that_was_rewritten_with_its_whole_chain_is_not_the_one_that_was_sealed(
    mall: Mall, documents: list[Application]
) -> None:
    """The chain alone would hold: every hash was worked out anew."""
    second = documents[1]
    mine = audit_entries.c.application_id == second.id
    with mall.office.reading() as connection:
        rows = connection.execute(sa.select(audit_entries).where(mine).order_by(audit_entries.c.seq)).all()
    statements, previous = [], GENESIS
    for row in rows:
        said = said_in(bytes(row.body))
        assert said is not None
        body = canonical(said | {"actor": "forger"})
        previous = link(previous, body)
        statements.append(
            sa.update(audit_entries)
            .where(mine, audit_entries.c.seq == row.seq)
            .values(body=body, hash=previous, actor="forger")
        )
    forge(mall.office, *statements, sa.update(applications).where(applications.c.id == second.id).values(
        chain_head=previous))  # fmt: skip
    assert found_in(mall) == [
        f"leaf 3 ({second.number}, entry 1): it is not the entry that was sealed",
        f"leaf 4 ({second.number}, entry 2): it is not the entry that was sealed",
    ]


def test_an_entry_that_was_taken_out_is_named(mall: Mall, documents: list[Application]) -> None:
    gone = (audit_entries.c.application_id == documents[2].id) & (audit_entries.c.seq == 2)
    forge(mall.office, sa.delete(audit_entries).where(gone))
    assert found_in(mall) == [f"leaf 6 ({documents[2].number}, entry 2): its entry is gone"]


def test_a_leaf_that_was_changed_is_not_its_entry_and_fits_no_seal(mall: Mall, documents: list[Application]) -> None:
    forge(mall.office, sa.update(log_leaves).where(log_leaves.c.leaf == 5).values(hash=bytes(32)))
    problems = found_in(mall)
    assert problems[0] == f"leaf 5 ({documents[2].number}, entry 1): it is not the entry that was sealed"
    assert [one.partition(":")[0] for one in problems[1:]] == [
        "subtree 2 of level 1 (leaves 4 to 5)",
        "seal of 7 leaves",
    ]


@pytest.mark.usefixtures("documents")
def test_a_leaf_that_was_taken_out_is_named(mall: Mall) -> None:
    forge(mall.office, sa.delete(log_leaves).where(log_leaves.c.leaf == 2))
    assert found_in(mall) == ["leaf 2: it is missing: the next one there is 3"]


@pytest.mark.usefixtures("documents")
def test_a_tail_that_was_cut_off_is_missed_by_its_seal(mall: Mall) -> None:
    forge(mall.office, sa.delete(log_leaves).where(log_leaves.c.leaf > 4))
    problems = found_in(mall)
    assert "seal of 7 leaves: the log has only 5: it was cut off, or restored" in problems
    assert "subtree 2 of level 1: it stands over leaves that are not there" in problems


@pytest.mark.usefixtures("documents")
def test_subtrees_are_those_of_their_leaves(mall: Mall) -> None:
    at = (log_nodes.c.level == 1) & (log_nodes.c.place == 1)
    forge(mall.office, sa.update(log_nodes).where(at).values(hash=bytes(32)))
    assert found_in(mall) == ["subtree 1 of level 1 (leaves 2 to 3): it is not the hash of its leaves"]
    forge(mall.office, sa.delete(log_nodes).where(at))
    assert found_in(mall) == ["subtree 1 of level 1 (leaves 2 to 3): it is missing"]


@pytest.mark.usefixtures("documents")
def test_a_seal_that_the_log_did_not_sign_is_found(mall: Mall) -> None:
    with mall.office.reading() as connection:
        row = connection.execute(sa.select(log_checkpoints).where(log_checkpoints.c.size == 5)).one()
    origin = row.note.partition("\n")[0]
    forged = signed(Checkpoint(origin, 5, bytes(row.root)), Ed25519PrivateKey.generate())
    this = log_checkpoints.c.size == 5
    forge(mall.office, sa.update(log_checkpoints).where(this).values(note=forged))
    (problem,) = found_in(mall)
    assert problem.startswith("seal of 5 leaves: none of the trusted keys")
    forge(mall.office, sa.update(log_checkpoints).where(this).values(note="nothing"))
    (problem,) = found_in(mall)
    assert problem.startswith("seal of 5 leaves: this is no signed note")


@pytest.mark.usefixtures("documents")
def test_a_seal_says_what_its_note_says(mall: Mall) -> None:
    with mall.office.reading() as connection:
        note = connection.execute(sa.select(log_checkpoints.c.note).where(log_checkpoints.c.size == 3)).scalar_one()
    forge(mall.office, sa.update(log_checkpoints).where(log_checkpoints.c.size == 5).values(note=note))
    assert found_in(mall) == ["seal of 5 leaves: the signed note states another size, root or log than the row"]


@pytest.mark.usefixtures("documents")
def test_after_a_rotation_everything_still_holds_and_a_key_nobody_handed_over_to_is_found(
    mall: Mall, clock: Clock
) -> None:
    rotate_log_key(mall.office, actor="kepala")
    mall.registers()
    clock.advance(timedelta(minutes=1))
    seal(mall.office)
    assert verify_sealed_log(mall.office) == SealReport(leaves=10, seals=5, waiting=0, problems=())
    with mall.office.reading() as connection:
        rotated = connection.execute(sa.select(office_entries).where(office_entries.c.kind == KEY_ROTATED)).one()
        first = connection.execute(sa.select(office_entries).where(office_entries.c.seq == 1)).one()
    said = said_in(bytes(rotated.body))
    assert said is not None
    body = canonical(said | {"signature": "AAAA"})
    forge(
        mall.office,
        sa.update(office_entries)
        .where(office_entries.c.kind == KEY_ROTATED)
        .values(body=body, hash=link(bytes(first.hash), body)),
    )
    assert found_in(mall) == [
        "office entry 2: the key it names was not signed by the key before it",
        "leaf 7 (office entry 2): it is not the entry that was sealed",
    ]


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("kind", [LOG_BEGUN, INCARNATION_BEGUN])
def test_nobody_gives_the_log_a_key_of_theirs_by_letting_it_begin_once_more(mall: Mall, kind: str) -> None:
    """The entry is written by the pen, as by whoever has the database and a key of their own, but not the log's."""
    own = Ed25519PrivateKey.generate()
    with mall.office.reading() as connection:
        note = connection.execute(sa.select(log_checkpoints.c.note).where(log_checkpoints.c.size == 7)).scalar_one()
    old = VerifierKey.of(note.partition("\n")[0], own)
    anew = begun_anew(old=old, signer=own, note=note, restored=7, reason="-", by=("kadek", "wira"))
    with mall.office.transaction() as tx:
        facts = begun(old) if kind == LOG_BEGUN else anew
        tx.office_log.append(kind=kind, actor="kadek", at=mall.office.now(), facts=facts)
    (problem,) = found_in(mall)
    assert problem.startswith("office entry 2: ")
    assert problem.removeprefix("office entry 2: ") in {
        "it begins a log that had begun before",
        "no key of this log signed that it begins anew",
    }


@pytest.mark.usefixtures("documents")
def test_who_read_the_log_is_listed_as_the_entries_tell_it(mall: Mall) -> None:
    asked = Reading(kind=SEARCHED, actor="agus", way="page", question={"kind": "decided"})
    note_reading(mall.office, asked)
    assert found_in(mall) == []
    forge(mall.office, sa.update(log_reads).values(actor="omar"))
    assert found_in(mall) == ["office entry 2: that somebody read the log is not listed as the entry tells it"]
    forge(mall.office, sa.update(log_reads).values(actor="agus", seq=7))
    assert found_in(mall) == [
        "office entry 2: that somebody read the log is not listed as the entry tells it",
        "office entry 7: it is listed as a reading of the log, and is not there",
    ]
    forge(mall.office, sa.delete(log_reads))
    assert found_in(mall) == ["office entry 2: that somebody read the log is not listed as the entry tells it"]


@pytest.mark.usefixtures("documents")
def test_the_offices_own_entries_are_a_chain_too(mall: Mall) -> None:
    forge(mall.office, sa.update(office_entries).values(actor="nobody"))
    assert found_in(mall) == ["office entry 1: the row says another actor than the entry's hashed bytes"]
