"""The sequencer gives every committed entry one leaf, and signs what only ever grows."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from routing.actions.rotate_log_key import rotate_log_key
from routing.actions.seal import begin_log, seal, sealer
from routing.domain.checkpoints import VerifierKey, opened
from routing.domain.log_identity import KEY_ROTATED, LOG_BEGUN, NAMING, LogIdentity, identity, is_handed_over
from routing.domain.merkle_log import Frontier, leaf_hash
from routing.domain.sealing import LogForked, Progress, Seal
from routing.office import Office
from routing.storage.tables import log_checkpoints, log_leaves, log_nodes
from routing.vault.log_key import LogKeyUnusable, make_signing_key, next_key_file, read_signing_key
from tests.clock import Clock
from tests.forging import forge
from tests.mall import Mall


def with_settings(office: Office, **changed: object) -> None:
    office.settings = office.settings.model_copy(update=changed)


def leaves_of(office: Office) -> list[tuple[int, int, int, bytes]]:
    with office.reading() as connection:
        rows = connection.execute(sa.select(log_leaves).order_by(log_leaves.c.leaf))
        return [(row.leaf, row.application_id, row.seq, bytes(row.hash)) for row in rows]


def seals_of(office: Office) -> list[Seal]:
    with office.reading() as connection:
        rows = connection.execute(sa.select(log_checkpoints).order_by(log_checkpoints.c.size))
        return [Seal(**row._asdict() | {"root": bytes(row.root)}) for row in rows]


def identity_of(office: Office) -> LogIdentity:
    with office.transaction() as tx:
        found = identity(tx.office_log.of_kind(*NAMING))
    assert found is not None
    return found


def require_sound(office: Office) -> None:
    """Leaves without a gap and none twice, the subtrees those of the leaves, every seal of the log as it was."""
    leaves, log = leaves_of(office), identity_of(office)
    assert [leaf for leaf, *_ in leaves] == list(range(len(leaves)))
    assert len({(application, seq) for _, application, seq, _ in leaves}) == len(leaves)
    frontier, roots, nodes = Frontier(), {}, []
    for *_, entry_hash in leaves:
        nodes += frontier.add(leaf_hash(entry_hash))
        roots[frontier.size] = frontier.root
    with office.reading() as connection:
        stored = {(row.level, row.place, bytes(row.hash)) for row in connection.execute(sa.select(log_nodes))}
    assert stored == set(nodes)
    for kept in seals_of(office):
        found = opened(kept.note, log.keys)
        assert (found.checkpoint.size, found.checkpoint.root) == (kept.size, kept.root) == (kept.size, roots[kept.size])
        assert found.checkpoint.origin == log.origin
        assert kept.key_id in {key.key_id.hex() for key in found.signers}


def test_a_new_office_gets_a_key_and_its_log_begins_by_naming_it(mall: Mall) -> None:
    office = mall.office
    assert seal(office).leaves == 1
    log = identity_of(office)
    assert log.key == VerifierKey.of(log.origin, read_signing_key(office.settings.log_key))
    assert log.origin.startswith("satuatap-")
    assert log.origin.endswith("/log/1")
    assert seal(office).leaves == 0
    assert leaves_of(office)[0][:3] == (0, 0, 1)


def test_the_log_has_the_name_the_office_gave_it_and_keeps_it(mall: Mall) -> None:
    with_settings(mall.office, log_origin="izin.example.go.id/log/1")
    assert begin_log(mall.office).origin == "izin.example.go.id/log/1"
    with_settings(mall.office, log_origin="another.example/log/1")
    assert begin_log(mall.office).origin == "izin.example.go.id/log/1"


def test_everything_that_was_committed_is_sealed_once(mall: Mall, clock: Clock) -> None:
    applications = [mall.registers() for _ in range(3)]
    first = seal(mall.office)
    assert first.leaves == 7
    assert first.seal is not None
    assert first.seal.size == 7
    applications.append(mall.registers())
    clock.advance(timedelta(minutes=2))
    assert seal(mall.office).leaves == 2
    expected = {(one.id, seq) for one in applications for seq in (1, 2)}
    assert {(application, seq) for _, application, seq, _ in leaves_of(mall.office)} == expected | {(0, 1)}
    assert [one.size for one in seals_of(mall.office)] == [7, 9]
    require_sound(mall.office)


def test_it_signs_after_a_minute_or_a_thousand_entries_and_not_before(mall: Mall, clock: Clock) -> None:
    with_settings(mall.office, checkpoint_entries=4)
    assert seal(mall.office).seal is not None
    mall.registers()
    assert seal(mall.office).seal is None
    clock.advance(timedelta(seconds=59))
    assert seal(mall.office).seal is None
    clock.advance(timedelta(seconds=1))
    newest = seal(mall.office).seal
    assert newest is not None
    assert newest.size == 3
    assert seal(mall.office).seal is None
    for _ in range(2):
        mall.registers()
    newest = seal(mall.office).seal
    assert newest is not None
    assert newest.size == 7
    clock.advance(timedelta(minutes=5))
    assert seal(mall.office).seal is None
    require_sound(mall.office)


def test_ended_between_a_batch_and_its_seal_the_next_round_signs(mall: Mall, clock: Clock) -> None:
    seal(mall.office)
    mall.registers()
    # The leaves are committed, and whoever was to sign them a minute later is gone.
    assert seal(mall.office).seal is None
    assert len(leaves_of(mall.office)) == 3
    clock.advance(timedelta(minutes=1))
    after = seal(mall.office)
    assert after.leaves == 0
    assert after.seal is not None
    assert after.seal.size == 3
    require_sound(mall.office)


def test_of_two_sequencers_one_seals_and_neither_loses_or_doubles(mall: Mall) -> None:
    with_settings(mall.office, checkpoint_entries=1)
    begin_log(mall.office)
    done = threading.Event()
    troubles: list[Exception] = []

    def sequence() -> None:
        try:
            while not done.is_set():
                seal(mall.office)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the test shows it
            troubles.append(trouble)

    threads = [threading.Thread(target=sequence) for _ in range(2)]
    for thread in threads:
        thread.start()
    applications = [mall.registers() for _ in range(12)]
    done.set()
    for thread in threads:
        thread.join()
    seal(mall.office)
    assert troubles == []
    sealed = {(application, seq) for _, application, seq, _ in leaves_of(mall.office)}
    assert sealed == {(one.id, seq) for one in applications for seq in (1, 2)} | {(0, 1)}
    require_sound(mall.office)


def test_of_two_that_start_at_once_one_begins_the_log(mall: Mall) -> None:
    together = threading.Barrier(2)
    logs: list[LogIdentity] = []

    def start() -> None:
        together.wait()
        logs.append(begin_log(mall.office))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logs) == 2
    assert logs[0] == logs[1] == identity_of(mall.office)


def test_in_a_restored_database_nothing_stays_behind(mall: Mall) -> None:
    mall.registers()
    seal(mall.office)
    with mall.office.transaction() as tx:
        progress = tx.sealed_log.progress()
        tx.sealed_log.keep_progress(Progress(10**15, progress.swept_at))
    mall.registers()
    assert seal(mall.office).leaves == 2
    with mall.office.transaction() as tx:
        assert tx.sealed_log.progress().mark < 10**15
    mall.registers()
    assert seal(mall.office).leaves == 2
    require_sound(mall.office)


def test_what_the_mark_has_passed_over_is_found_within_the_hour(mall: Mall, clock: Clock) -> None:
    mall.registers()
    seal(mall.office)
    mall.registers()
    with mall.office.transaction() as tx:
        progress = tx.sealed_log.progress()
        tx.sealed_log.keep_progress(Progress(tx.sealed_log.over(), progress.swept_at))
    assert seal(mall.office).leaves == 0
    clock.advance(timedelta(minutes=60))
    assert seal(mall.office).leaves == 2
    require_sound(mall.office)


def test_that_it_was_looked_through_tomorrow_is_believed_by_nobody(mall: Mall, clock: Clock) -> None:
    seal(mall.office)
    mall.registers()
    with mall.office.transaction() as tx:
        tx.sealed_log.keep_progress(Progress(tx.sealed_log.over(), clock.now + timedelta(days=1)))
    assert seal(mall.office).leaves == 2


def test_nor_that_it_was_a_moment_ago_for_more_than_an_hour(mall: Mall, clock: Clock) -> None:
    seal_next = sealer(mall.office)
    seal_next()
    mall.registers()
    for minutes, leaves in ((0, 0), (59, 0), (1, 2)):
        clock.advance(timedelta(minutes=minutes))
        with mall.office.transaction() as tx:
            tx.sealed_log.keep_progress(Progress(tx.sealed_log.over(), mall.office.now()))
        assert seal_next().leaves == leaves
    require_sound(mall.office)


def test_a_sequencer_that_starts_looks_through_everything(mall: Mall) -> None:
    seal(mall.office)
    mall.registers()
    with mall.office.transaction() as tx:
        tx.sealed_log.keep_progress(Progress(tx.sealed_log.over(), mall.office.now()))
    assert seal(mall.office, thorough=True).leaves == 2
    require_sound(mall.office)


def test_a_log_that_was_tampered_with_is_signed_no_more(mall: Mall, clock: Clock) -> None:
    seal(mall.office)
    mall.registers()
    clock.advance(timedelta(minutes=1))
    assert seal(mall.office).seal is not None
    mall.registers()
    forge(mall.office, sa.update(log_leaves).where(log_leaves.c.leaf == 2).values(hash=bytes(32)))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(LogForked, match="another one from some entry on"):
        seal(mall.office)
    assert [one.size for one in seals_of(mall.office)] == [1, 3]


def test_a_log_that_was_cut_off_is_signed_no_more(mall: Mall, clock: Clock) -> None:
    mall.registers()
    seal(mall.office)
    forge(mall.office, sa.delete(log_leaves).where(log_leaves.c.leaf > 0))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(LogForked, match=r"3 entries.*; here are .* 1 entries"):
        seal(mall.office)


def test_a_fork_that_a_false_seal_vouches_for_is_not_signed(mall: Mall, clock: Clock) -> None:
    """Whoever may do anything in the database writes the root of his fork in a row; the key he has not."""
    office = mall.office
    seal(office)
    mall.registers()
    clock.advance(timedelta(minutes=1))
    seal(office)
    mall.registers()
    seal(office)
    kept = office.settings.last_checkpoint.read_text()
    leaves = [(*leaf[:3], bytes(32) if leaf[0] == 2 else leaf[3]) for leaf in leaves_of(office)]
    rewrite(office, leaves, Seal(size=4, root=root_of_leaves(leaves[:4]), at=clock.now, note=kept, key_id="00"))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(LogForked, match="another one from some entry on"):
        seal(office)
    assert [one.size for one in seals_of(office)] == [4]
    # Where nothing is remembered, the false row itself is found out.
    office.settings.last_checkpoint.unlink()
    with pytest.raises(LogForked, match="seal of 4 leaves states another size or root"):
        seal(office)
    assert not office.settings.last_checkpoint.exists()


def root_of_leaves(leaves: list[tuple[int, int, int, bytes]]) -> bytes:
    frontier = Frontier()
    frontier.extend(leaf_hash(entry_hash) for *_, entry_hash in leaves)
    return frontier.root


def rewrite(office: Office, leaves: list[tuple[int, int, int, bytes]], *seals: Seal) -> None:
    """The tree over these leaves in the place of the stored one, and these seals instead of all others."""
    nodes = Frontier().extend(leaf_hash(entry_hash) for *_, entry_hash in leaves)
    names = ("leaf", "application_id", "seq", "hash")
    forge(
        office,
        *(sa.delete(table) for table in (log_leaves, log_nodes, log_checkpoints)),
        sa.insert(log_leaves).values([dict(zip(names, leaf, strict=True)) for leaf in leaves]),
        sa.insert(log_nodes).values([dict(zip(("level", "place", "hash"), node, strict=True)) for node in nodes]),
        *(sa.insert(log_checkpoints).values({name: getattr(one, name) for name in Seal.__dataclass_fields__})
          for one in seals),
    )  # fmt: skip


class TestTheKey:
    def test_without_its_key_the_log_stands_still_and_no_new_one_is_drawn(self, sqlite_mall: Mall) -> None:
        seal(sqlite_mall.office)
        sqlite_mall.office.settings.log_key.unlink()
        with pytest.raises(LogKeyUnusable, match="Put the file back"):
            seal(sqlite_mall.office)
        assert not sqlite_mall.office.settings.log_key.exists()

    def test_another_key_seals_nothing(self, sqlite_mall: Mall, tmp_path: Path) -> None:
        seal(sqlite_mall.office)
        sqlite_mall.registers()
        with_settings(sqlite_mall.office, log_key_file=tmp_path / "other.key")
        with pytest.raises(LogKeyUnusable, match="no signing key"):
            seal(sqlite_mall.office)
        assert len(leaves_of(sqlite_mall.office)) == 1


class TestRotation:
    def test_the_old_key_signs_the_new_one_into_the_log_and_seals_it(self, mall: Mall, clock: Clock) -> None:
        office = mall.office
        seal(office)
        old = identity_of(office).key
        mall.registers()
        log = rotate_log_key(office, actor="kepala")
        assert log.keys == identity_of(office).keys
        assert log.keys[0] == old
        assert log.key == VerifierKey.of(log.origin, read_signing_key(office.settings.log_key))
        with office.transaction() as tx:
            (entry,) = tx.office_log.of_kind(KEY_ROTATED)
        assert entry.actor == "kepala"
        assert is_handed_over(old, entry)
        handed_over = seals_of(office)[-1]
        assert opened(handed_over.note, [old]).checkpoint == opened(handed_over.note, [log.key]).checkpoint
        assert (0, entry.seq) in {leaf[1:3] for leaf in leaves_of(office)[: handed_over.size]}
        clock.advance(timedelta(minutes=1))
        seal(office)
        assert opened(seals_of(office)[-1].note, log.keys).signers == (log.key,)
        require_sound(office)

    def test_a_log_that_has_not_begun_has_no_key_to_rotate(self, sqlite_mall: Mall) -> None:
        with pytest.raises(LogKeyUnusable, match="has not begun"):
            rotate_log_key(sqlite_mall.office, actor="kepala")

    def test_ended_before_the_new_key_is_in_its_place_it_is_put_there(self, sqlite_mall: Mall, clock: Clock) -> None:
        office, path = sqlite_mall.office, sqlite_mall.office.settings.log_key
        seal(office)
        old = path.read_bytes()
        rotate_log_key(office, actor="kepala")
        path.replace(next_key_file(path))
        path.write_bytes(old)
        path.chmod(0o600)
        sqlite_mall.registers()
        clock.advance(timedelta(minutes=1))
        assert seal(office).seal is not None
        assert not next_key_file(path).exists()
        require_sound(office)

    def test_ended_before_the_commit_the_old_key_stays(self, sqlite_mall: Mall, clock: Clock) -> None:
        office, path = sqlite_mall.office, sqlite_mall.office.settings.log_key
        seal(office)
        old = identity_of(office)
        make_signing_key(next_key_file(path))
        sqlite_mall.registers()
        clock.advance(timedelta(minutes=1))
        assert seal(office).seal is not None
        assert identity_of(office) == old
        assert rotate_log_key(office, actor="kepala").keys[0] == old.key
        require_sound(office)


def test_the_log_begins_once(sqlite_mall: Mall) -> None:
    seal(sqlite_mall.office)
    seal(sqlite_mall.office)
    with sqlite_mall.office.transaction() as tx:
        assert len(tx.office_log.of_kind(LOG_BEGUN)) == 1
