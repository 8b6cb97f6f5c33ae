"""What is kept outside tells a database that was put back, cut or forked; from then on nobody writes, and all read."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.actions.guard_log import anchors_elsewhere, contradiction, guard, guard_until_closed
from routing.actions.rotate_log_key import rotate_log_key
from routing.actions.seal import begin_log, seal
from routing.actions.sign_in import end_stale_sessions
from routing.domain.checkpoints import Checkpoint, signed, stated
from routing.domain.rollback import LogBehind, Wrong
from routing.domain.sealing import LogForked
from routing.office import Office
from routing.storage.tables import log_checkpoints, log_leaves, log_nodes
from routing.vault.anchor_files import keep_in_folder, last_remembered, newest_in_folder
from routing.vault.log_key import read_signing_key
from routing.web.health import readiness
from tests.clock import Clock
from tests.forging import forge
from tests.mall import Mall
from tests.waiting import wait_until


@pytest.fixture
def folder(mall: Mall, tmp_path: Path) -> Path:
    """Where checkpoints are kept outside."""
    made = tmp_path / "outside"
    made.mkdir()
    mall.office.settings = mall.office.settings.model_copy(update={"anchor_folder": made})
    return made


@pytest.fixture
def sealed(mall: Mall, folder: Path, clock: Clock) -> Mall:
    """Two applications, each sealed."""
    for _ in range(2):
        mall.registers()
        clock.advance(timedelta(minutes=2))
        seal(mall.office)
    return mall


def cut(office: Office, size: int) -> list[sa.Insert]:
    """As somebody does who may do anything in the database, and knows how the tree is stored; what puts it back."""
    gone = {
        log_leaves: log_leaves.c.leaf >= size,
        log_checkpoints: log_checkpoints.c.size > size,
        log_nodes: log_nodes.c.place >= sa.cast(size, sa.BigInteger).op(">>")(log_nodes.c.level),
    }
    with office.reading() as connection:
        rows = [
            (table, row._asdict()) for table in gone for row in connection.execute(sa.select(table).where(gone[table]))
        ]
    forge(office, *(sa.delete(table).where(which) for table, which in gone.items()))
    return [sa.insert(table).values(row) for table, row in rows]


def test_every_checkpoint_is_kept_outside_and_never_over_another(sealed: Mall, folder: Path) -> None:
    kept = sorted(folder.iterdir())
    assert [stated(one.read_text()).size for one in kept] == [3, 5]
    assert last_remembered(sealed.office.settings.last_checkpoint) == newest_in_folder(folder)
    assert guard(sealed.office) is None
    # A disk that was full left half of it there: that stays, too, and the whole one comes beside it.
    note = kept[1].read_text()
    kept[1].write_text(note[:20])
    assert newest_in_folder(folder) == kept[0].read_text()
    seal(sealed.office)
    assert [one.read_text() for one in sorted(folder.iterdir())[1:]] == [note, note[:20]]
    assert newest_in_folder(folder) == note


def test_a_seal_that_nobody_has_signed_is_kept_nowhere(sealed: Mall, folder: Path) -> None:
    office = sealed.office
    real = stated(newest_in_folder(folder) or "")
    stranger = signed(Checkpoint(real.origin, 9, real.root), Ed25519PrivateKey.generate())
    row = {"size": 9, "root": real.root, "at": office.now(), "note": stranger, "key_id": "00"}
    forge(office, sa.insert(log_checkpoints).values(row))
    with pytest.raises(LogForked, match="seal of 9 leaves is not to be believed"):
        seal(office)
    # Nor is the real one, of a size that the log has not come to.
    key = read_signing_key(office.settings.log_key)
    forge(office, sa.update(log_checkpoints).where(log_checkpoints.c.size == 9)
          .values(note=signed(Checkpoint(real.origin, 9, real.root), key)))  # fmt: skip
    with pytest.raises(LogForked, match="5 leaves, and 9 were sealed"):
        seal(office)
    assert len(list(folder.iterdir())) == 2
    assert stated(last_remembered(office.settings.last_checkpoint) or "") == real


def test_an_old_checkpoint_under_a_newer_name_hides_nothing(sealed: Mall, folder: Path) -> None:
    older, newest = sorted(folder.iterdir())
    shutil.copy(older, folder / "9999-0000000000000000009.txt")
    assert newest_in_folder(folder) == newest.read_text()


def test_a_folder_that_is_away_stops_nobody(sealed: Mall, folder: Path, clock: Clock) -> None:
    shutil.rmtree(folder)
    sealed.registers()
    clock.advance(timedelta(minutes=2))
    assert seal(sealed.office).seal is not None
    assert guard(sealed.office) is None


def test_a_tail_that_was_cut_off_halts_every_write_and_no_reading(sealed: Mall) -> None:
    office = sealed.office
    cut(office, 3)
    found = guard(office)
    assert found is not None
    assert (found.wrong, found.held.size, found.here.size) == (Wrong.BEHIND, 5, 3)
    for write in (sealed.registers, lambda: seal(office), lambda: rotate_log_key(office, actor="x")):
        with pytest.raises((LogBehind, LogForked)) as refused:
            write()
        assert "5" in str(refused.value)
    said = readiness(office)
    assert (said.status, said.reasons) == ("not ready", ["log_behind"])
    with office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(log_leaves)).scalar() == 3
    # Without sessions nobody could read.
    assert end_stale_sessions(office) == 0


def test_a_fork_signed_with_the_real_key_is_found_by_what_is_kept_outside(sealed: Mall, folder: Path) -> None:
    office = sealed.office
    real = stated(newest_in_folder(folder) or "")
    key = read_signing_key(office.settings.log_key)
    for stranger in folder.iterdir():
        stranger.unlink()
    keep_in_folder(folder, signed(Checkpoint(real.origin, real.size, bytes(32)), key))
    found = guard(office)
    assert found is not None
    assert (found.wrong, found.here.root) == (Wrong.FORKED, real.root)
    # Nor does anybody write again because it is taken away: it was there.
    for stranger in folder.iterdir():
        stranger.unlink()
    assert guard(office) == found
    with pytest.raises(LogBehind):
        sealed.registers()


def test_a_log_of_another_name_or_key_in_its_place_is_found(sealed: Mall, folder: Path) -> None:
    real = stated(newest_in_folder(folder) or "")
    office = sealed.office
    keep_in_folder(folder, signed(Checkpoint(real.origin, 9, real.root), read_signing_key(office.settings.log_key)))
    found = guard(office)
    assert found is not None
    assert found.wrong is Wrong.BEHIND
    rotate_with = Checkpoint("another/log/7", 1, real.root)
    keep_in_folder(folder, signed(rotate_with, read_signing_key(office.settings.log_key)))
    found = contradiction(office, anchors_elsewhere(office))
    assert found is not None
    assert (found.wrong, found.held.origin) == (Wrong.UNKNOWN, "another/log/7")


def test_a_place_that_falls_silent_lets_nobody_write_again(sealed: Mall) -> None:
    office = sealed.office
    gone = cut(office, 3)
    assert guard(office) is not None
    shutil.rmtree(office.settings.anchor_folder or Path())
    office.settings.last_checkpoint.unlink()
    found = guard(office)
    assert found is not None
    assert found.held.size == 5
    with pytest.raises(LogBehind):
        sealed.registers()
    forge(office, *gone)
    assert guard(office) is None
    sealed.registers()


def test_it_is_looked_again_and_again_until_the_office_closes(sealed: Mall) -> None:
    office = sealed.office
    office.settings = office.settings.model_copy(update={"guard_seconds": 0.02})
    thread = threading.Thread(target=guard_until_closed, args=(office,))
    thread.start()
    try:
        gone = cut(office, 3)
        wait_until("the cut is found", lambda: office.database.halted is not None)
        forge(office, *gone)
        wait_until("nothing is missed any more", lambda: office.database.halted is None)
    finally:
        office.closed.set()
        thread.join()


def test_a_database_put_back_while_the_sequencer_runs_is_not_signed_any_more(sealed: Mall) -> None:
    cut(sealed.office, 3)
    with pytest.raises(LogForked, match=r"5 entries.*; here are .* 3 entries"):
        seal(sealed.office)
    assert stated(last_remembered(sealed.office.settings.last_checkpoint) or "").size == 5


def test_checkpoints_of_an_old_key_are_still_held(sealed: Mall, folder: Path) -> None:
    rotate_log_key(sealed.office, actor="kepala")
    assert len(begin_log(sealed.office).keys) == 2
    assert guard(sealed.office) is None
    assert stated(newest_in_folder(folder) or "").size == 6
