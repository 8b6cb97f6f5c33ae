"""Every committed entry becomes a leaf once, whatever order the commits came in; and leaves stay as they are."""

import threading
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from routing.domain.audit_chain import GENESIS, link
from routing.domain.merkle_log import Frontier, leaf_hash
from routing.domain.sealing import Progress, Seal, Unsealed
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.tables import log_checkpoints, log_leaves, log_nodes, metadata
from tests.mall import Mall

CLOSED = ("office_entries", "log_leaves", "log_nodes", "log_checkpoints", "log_anchors")
MOST = 1000
DRAW_NUMBER = sa.text("SELECT pg_current_xact_id()")
ADD = sa.text(
    "INSERT INTO audit_entries (application_id, seq, at, kind, desk, actor, body, hash)"
    " SELECT application_id, :seq, at, kind, desk, actor, body, sha256(hash) FROM audit_entries WHERE seq = :seq - 1"
)


def seal_new(office: Office, most: int = MOST) -> list[Unsealed]:
    """One batch, as the sequencer does it."""
    with office.transaction() as tx:
        assert tx.sealed_log.take_lead()
        progress = tx.sealed_log.progress()
        found, mark = tx.sealed_log.unsealed(progress.mark, most)
        entries = tx.sealed_log.unsealed_office(most) + found
        frontier = tx.sealed_log.frontier()
        first = frontier.size
        tx.sealed_log.add(first, entries, frontier.extend(leaf_hash(entry[2]) for entry in entries))
        tx.sealed_log.keep_progress(Progress(mark, progress.swept_at))
        return entries


def fill_every_table(mall: Mall) -> None:
    mall.registers()
    with mall.office.transaction() as tx:
        tx.office_log.append(kind="tested", actor="tests", at=mall.office.now(), facts={"what": "the log"})
    seal_new(mall.office)
    with mall.office.transaction() as tx:
        tx.sealed_log.keep_seal(Seal(size=2, root=bytes(32), at=mall.office.now(), note="note", key_id="00"))
        tx.sealed_log.keep_anchor(witness="w", size=2, note="note", at=mall.office.now())


def test_nothing_of_the_sealed_log_is_changed_or_deleted(mall: Mall, subtests: pytest.Subtests) -> None:
    fill_every_table(mall)
    changes = [f"DELETE FROM {table}" for table in CLOSED]
    changes += [f"UPDATE {table} SET {next(iter(metadata.tables[table].c)).name} = 77" for table in CLOSED]
    if not mall.office.database.is_sqlite:
        changes += [f"TRUNCATE {table}" for table in CLOSED]
    else:
        changes += [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" for table in CLOSED]
        changes.append("INSERT OR REPLACE INTO log_leaves SELECT 99, application_id, seq, hash FROM log_leaves")
    for change in changes:
        with (
            subtests.test(change),
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            mall.office.database.engine.begin() as connection,
        ):
            connection.execute(sa.text(change))


def test_the_owner_of_the_tables_has_no_right_to_change_the_log(postgresql_mall: Mall) -> None:
    """The trigger stops a superuser's slip; of everybody else, the owner included, the grants ask first."""
    fill_every_table(postgresql_mall)
    closed = (*CLOSED, "audit_entries", "audit_marks", "calendar_versions")
    with postgresql_mall.office.database.engine.connect() as connection:
        wanted = sa.text(
            "SELECT relname, acl.privilege_type FROM pg_class, aclexplode(relacl) acl WHERE relname = ANY(:closed)"
        )
        granted = {tuple(row) for row in connection.execute(wanted, {"closed": list(closed)})}
    assert {table for table, _ in granted} == set(closed)
    assert {right for _, right in granted} & {"UPDATE", "DELETE", "TRUNCATE"} == set()
    assert {(table, "INSERT") for table in closed} <= granted


def test_what_is_sealed_is_the_log_in_its_order_without_a_gap(mall: Mall) -> None:
    first = mall.registers()
    assert [entry[:2] for entry in seal_new(mall.office)] == [(first.id, 1), (first.id, 2)]
    assert seal_new(mall.office) == []
    second = mall.registers()
    assert [entry[:2] for entry in seal_new(mall.office)] == [(second.id, 1), (second.id, 2)]
    with mall.office.reading() as connection:
        rows = connection.execute(sa.select(log_leaves).order_by(log_leaves.c.leaf)).all()
        nodes = connection.execute(sa.select(log_nodes.c.level, log_nodes.c.place)).all()
    assert [row.leaf for row in rows] == [0, 1, 2, 3]
    assert {tuple(row) for row in nodes} == {(1, 0), (1, 1), (2, 0)}
    whole = Frontier()
    whole.extend(leaf_hash(bytes(row.hash)) for row in rows)
    with mall.office.transaction() as tx:
        assert tx.sealed_log.frontier().root == whole.root


def test_small_batches_come_to_the_same(mall: Mall) -> None:
    for _ in range(3):
        mall.registers()
    batches = [seal_new(mall.office, most=1) for _ in range(6)]
    assert [len(batch) for batch in batches] == [1] * 6
    assert len({batch[0][:2] for batch in batches}) == 6
    assert seal_new(mall.office) == []


def test_the_office_has_a_chain_of_its_own_and_leaves_for_it(mall: Mall) -> None:
    with mall.office.transaction() as tx:
        one = tx.office_log.append(kind="tested", actor="tests", at=mall.office.now(), facts={"no": 1, "left": None})
        two = tx.office_log.append(kind="tested", actor="tests", at=mall.office.now(), facts={"no": 2})
        assert tx.office_log.of_kind("tested") == [one, two]
        assert tx.office_log.of_kind("begun") == []
    assert (one.seq, two.seq) == (1, 2)
    assert one.said["office"] is True
    assert "left" not in one.said
    assert link(GENESIS, one.body) == one.hash
    assert link(one.hash, two.body) == two.hash
    assert seal_new(mall.office) == [(0, 1, one.hash), (0, 2, two.hash)]
    assert seal_new(mall.office) == []


def test_several_that_write_down_something_of_the_office_form_one_chain(mall: Mall) -> None:
    together = threading.Barrier(4)

    def write() -> None:
        together.wait()
        for _ in range(5):
            with mall.office.transaction() as tx:
                tx.office_log.append(kind="tested", actor="tests", at=mall.office.now(), facts={})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with mall.office.transaction() as tx:
        entries = tx.office_log.of_kind("tested")
    assert [entry.seq for entry in entries] == list(range(1, 21))
    hashes = [GENESIS, *(entry.hash for entry in entries)]
    assert [link(before, entry.body) for before, entry in zip(hashes[:-1], entries, strict=True)] == hashes[1:]


def test_what_is_committed_after_something_begun_later_is_not_lost(postgresql_mall: Mall) -> None:
    office = postgresql_mall.office
    application = postgresql_mall.registers()
    assert len(seal_new(office)) == 2
    copy = sa.text(
        "INSERT INTO audit_entries (application_id, seq, at, kind, desk, actor, body, hash)"
        " SELECT application_id, 3, at, kind, desk, actor, body, hash FROM audit_entries WHERE seq = 1"
    )
    with office.database.engine.connect() as slow:
        begun = slow.begin()
        slow.execute(copy)
        # Written later, committed first; it may not be sealed in a way that moves on past the slow one.
        later = postgresql_mall.registers()
        sealed = seal_new(office)
        begun.commit()
    sealed += seal_new(office)
    assert sorted(entry[:2] for entry in sealed) == sorted([(application.id, 3), (later.id, 1), (later.id, 2)])


@pytest.mark.parametrize("most", [MOST, 1])
def test_who_waited_for_an_application_is_sealed_after_whoever_it_waited_for(postgresql_mall: Mall, most: int) -> None:
    """A request with an idempotency key writes that first, and has its number before it has the application."""
    office, application = postgresql_mall.office, postgresql_mall.registers()
    seal_new(office)
    with office.database.engine.connect() as waiting, office.database.engine.connect() as deciding, waiting.begin():
        waiting.execute(DRAW_NUMBER)
        with deciding.begin():
            deciding.execute(ADD, {"seq": 3})
        waiting.execute(ADD, {"seq": 4})
    sealed = seal_new(office, most) + seal_new(office, most)
    assert [entry[:2] for entry in sealed] == [(application.id, 3), (application.id, 4)]


def test_whoever_is_waited_for_is_sealed_also_where_its_turn_has_not_come(postgresql_mall: Mall) -> None:
    office, application = postgresql_mall.office, postgresql_mall.registers()
    seal_new(office)
    with ExitStack() as stack:
        waiting, slow, deciding = (stack.enter_context(office.database.engine.connect()) for _ in range(3))
        with slow.begin() as unfinished:
            with waiting.begin():
                waiting.execute(DRAW_NUMBER)
                slow.execute(DRAW_NUMBER)
                with deciding.begin():
                    deciding.execute(ADD, {"seq": 3})
                waiting.execute(ADD, {"seq": 4})
            assert [entry[:2] for entry in seal_new(office)] == [(application.id, 3), (application.id, 4)]
            unfinished.rollback()
    assert seal_new(office) == []


def test_in_a_restored_database_the_mark_is_seen_to_lie_ahead(mall: Mall) -> None:
    mall.registers()
    seal_new(mall.office)
    with mall.office.transaction() as tx:
        assert not tx.sealed_log.is_beyond(tx.sealed_log.progress().mark)
        tx.sealed_log.keep_progress(Progress(10**15))
    late = mall.registers()
    assert seal_new(mall.office) == []
    with mall.office.transaction() as tx:
        assert tx.sealed_log.is_beyond(10**15)
        found = tx.sealed_log.stragglers((0, 0), MOST)
        assert [entry[:2] for entry in found] == [(late.id, 1), (late.id, 2)]
        assert [entry[:2] for entry in tx.sealed_log.stragglers((late.id, 1), MOST)] == [(late.id, 2)]


def test_an_entry_that_no_transaction_is_known_of_is_a_straggler(postgresql_mall: Mall) -> None:
    """Entries written before they were numbered, and such as were put back from a backup."""
    application = postgresql_mall.registers()
    with postgresql_mall.office.database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(sa.text("UPDATE audit_entries SET written_in = NULL"))
    assert seal_new(postgresql_mall.office) == []
    with postgresql_mall.office.transaction() as tx:
        assert [entry[:2] for entry in tx.sealed_log.stragglers((0, 0), 1)] == [(application.id, 1)]


def test_one_transaction_at_a_time_leads(postgresql_mall: Mall) -> None:
    with postgresql_mall.office.transaction() as one, postgresql_mall.office.transaction() as other:
        assert one.sealed_log.take_lead()
        assert not other.sealed_log.take_lead()
    with postgresql_mall.office.transaction() as tx:
        assert tx.sealed_log.take_lead()


def test_no_entry_has_two_leaves_and_no_leaf_two_entries(mall: Mall) -> None:
    mall.registers()
    entries = seal_new(mall.office)
    for first, again in ((2, entries), (1, [(77, 1, bytes(32))])):
        with pytest.raises(AlreadyWritten), mall.office.transaction() as tx:
            tx.sealed_log.add(first, again, [])


def test_the_newest_seal_is_the_one_of_the_most_leaves(mall: Mall) -> None:
    now = mall.office.now()
    with mall.office.transaction() as tx:
        assert tx.sealed_log.last_seal() is None
        for size in (3, 11, 7):
            tx.sealed_log.keep_seal(Seal(size=size, root=bytes([size] * 32), at=now, note=f"of {size}", key_id="ab"))
        newest = tx.sealed_log.last_seal()
    assert newest == Seal(size=11, root=bytes([11] * 32), at=now, note="of 11", key_id="ab")
    with pytest.raises(AlreadyWritten), mall.office.transaction() as tx:
        tx.sealed_log.keep_seal(Seal(size=11, root=bytes(32), at=now, note="another", key_id="ab"))
    with mall.office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(log_checkpoints)).scalar_one() == 3
