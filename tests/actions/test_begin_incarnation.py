"""After a lawful restore two people begin the log anew; what was lost stays known for ever."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from routing.actions.begin_incarnation import (
    Begun,
    NothingLost,
    NotOnlyRestored,
    NotOurCheckpoint,
    NotTwoPeople,
    begin_incarnation,
    require_passwords,
)
from routing.actions.guard_log import anchors_elsewhere, contradiction, guard
from routing.actions.keep_accounts import assign, open_account, set_password
from routing.actions.seal import begin_log, seal
from routing.domain.checkpoints import Checkpoint, opened, signed, stated
from routing.domain.errors import NotAllowed, SignInRefused
from routing.domain.incarnations import incarnation_of
from routing.domain.log_identity import INCARNATION_BEGUN
from routing.domain.people import ADMINISTRATOR, AUDITOR, MANAGER
from routing.domain.rollback import LogBehind
from routing.office import Office
from routing.reading.sealed_chains import verify_sealed_log
from routing.vault.anchor_files import keep_in_folder, last_remembered
from routing.vault.log_key import read_signing_key
from tests.actions.test_guard_log import cut
from tests.actions.test_seal import leaves_of, rewrite, seals_of
from tests.clock import Clock
from tests.mall import Mall

PASSWORD = "kata-sandi-uji"
REASON = "The disk broke; last night's backup was put back."


@pytest.fixture
def behind(mall: Mall, clock: Clock) -> Mall:
    """Two sealed applications, of which the second is gone; and people who may do something about it."""
    for code, role in (("kadek", ADMINISTRATOR), ("nyoman", ADMINISTRATOR), ("wira", AUDITOR), ("ayu", AUDITOR),
                       ("gede", MANAGER)):  # fmt: skip
        open_account(mall.office, code=code, name=code.title())
        assign(mall.office, code, [(role, None)])
        set_password(mall.office, code, PASSWORD)
    for _ in range(2):
        mall.registers()
        clock.advance(timedelta(minutes=2))
        seal(mall.office)
    cut(mall.office, 3)
    assert guard(mall.office) is not None
    return mall


def begins(office: Office, by: tuple[str, str] = ("kadek", "wira")) -> Begun:
    anchors = anchors_elsewhere(office)
    return begin_incarnation(
        office, missed=contradiction(office, anchors[:1]), note=anchors[0].note, reason=REASON, by=by
    )


def test_two_people_begin_the_log_anew_and_say_what_was_lost(behind: Mall, clock: Clock) -> None:
    office = behind.office
    old = begin_log_of(office)
    begun = begins(office)
    assert guard(office) is None
    log = begin_log(office)
    assert (log.origin, log.key) == (f"{old.removesuffix('1')}2", begun.key)
    with office.transaction() as tx:
        entry = tx.office_log.of_kind(INCARNATION_BEGUN)[0]
    made = incarnation_of(entry)
    assert made is not None
    assert (made.lost.size, made.restored, made.by, made.reason) == (5, 3, ("kadek", "wira"), REASON)
    # Its checkpoint is kept outside as the newest, and the log goes on under its new name.
    kept = last_remembered(office.settings.last_checkpoint) or ""
    assert opened(kept, log.keys).checkpoint == Checkpoint(log.origin, 4, stated(begun.note).root)
    behind.registers()
    clock.advance(timedelta(minutes=2))
    assert seal(office).seal is not None
    assert guard(office) is None
    # Of what was cut off by hand the entries are still there; a backup that is put back has neither.
    assert verify_sealed_log(office).problems == ()


def begin_log_of(office: Office) -> str:
    return stated(anchors_elsewhere(office)[0].note).origin


@pytest.mark.parametrize("by", [("kadek", "kadek"), ("wira", "ayu")])
def test_it_takes_two_different_people_and_one_of_them_an_administrator(behind: Mall, by: tuple[str, str]) -> None:
    with pytest.raises(NotTwoPeople):
        begins(behind.office, by)


def test_two_administrators_may_and_a_manager_may_not(behind: Mall) -> None:
    with pytest.raises(NotAllowed):
        begins(behind.office, ("kadek", "gede"))
    assert begins(behind.office, ("kadek", "nyoman")).lost.size == 5


def test_who_they_are_is_shown_by_passwords(behind: Mall) -> None:
    require_passwords(behind.office, [("kadek", PASSWORD), ("wira", PASSWORD)])
    for code, password in (("kadek", "another"), ("nobody", PASSWORD), ("a\x00", PASSWORD)):
        with pytest.raises(SignInRefused):
            require_passwords(behind.office, [("wira", PASSWORD), (code, password)])


def test_a_log_that_lost_nothing_does_not_begin_anew(behind: Mall) -> None:
    begins(behind.office)
    guard(behind.office)
    with pytest.raises(NothingLost):
        begins(behind.office)


def test_a_log_that_was_changed_and_not_only_cut_does_not_begin_anew(behind: Mall, tmp_path: Path) -> None:
    office = behind.office
    real = stated(anchors_elsewhere(office)[0].note)
    other = signed(Checkpoint(real.origin, 2, bytes(32)), read_signing_key(office.settings.log_key))
    office.settings.last_checkpoint.write_text(other)
    with pytest.raises(NotOnlyRestored):
        begins(office)


def test_the_folder_knows_what_the_restored_log_must_be(behind: Mall, tmp_path: Path) -> None:
    """Its newest checkpoint is of what was lost, and says nothing about what was not."""
    office, folder = behind.office, tmp_path / "outside"
    folder.mkdir()
    office.settings = office.settings.model_copy(update={"anchor_folder": folder})
    for note in (seals_of(office)[-1].note, last_remembered(office.settings.last_checkpoint) or ""):
        keep_in_folder(folder, note)
    leaves = leaves_of(office)
    rewrite(office, [(*leaf[:3], bytes(32) if leaf[0] == 1 else leaf[3]) for leaf in leaves])
    with pytest.raises(NotOnlyRestored, match="3 entries"):
        begins(office)
    rewrite(office, leaves)
    assert begins(office).restored == 3


def test_a_checkpoint_of_another_key_is_no_reason_to_begin_anew(behind: Mall) -> None:
    office = behind.office
    text, _, _ = anchors_elsewhere(office)[0].note.partition("\n\n")
    stranger = text.replace("\n5\n", "\n9\n")
    office.settings.last_checkpoint.write_text(f"{stranger}\n\n\u2014 somebody AAAAAAAA\n")
    with pytest.raises(NotOurCheckpoint):
        begins(office)


def test_a_backup_from_before_the_incarnation_is_behind_it(sqlite_mall: Mall, clock: Clock) -> None:
    """And the next one follows the newest that is known outside, not the one in the database."""
    office = sqlite_mall.office
    for code in ("kadek", "nyoman"):
        open_account(office, code=code, name=code.title())
        assign(office, code, [(ADMINISTRATOR, None)])
    seal(office)
    kept = backup_of(office)
    sqlite_mall.registers()
    clock.advance(timedelta(minutes=2))
    seal(office)
    for place, origin in enumerate(("2", "3"), 2):
        kept()
        assert guard(office) is not None
        with pytest.raises(LogBehind):
            sqlite_mall.registers()
        begun = begins(office, ("kadek", "nyoman"))
        assert begun.key.name.endswith(f"/log/{origin}")
        assert begun.lost.origin.endswith(f"/log/{place - 1}")
        assert guard(office) is None


def backup_of(office: Office) -> Callable[[], None]:
    """The file as it is now; calling it puts it back, as somebody does who holds the database and nothing else."""
    path = office.settings.data / "satuatap.db"
    office.database.forget_what_was_deleted()
    office.database.close()
    copy = path.with_suffix(".backup")
    shutil.copy(path, copy)

    def put_back() -> None:
        office.database.close()
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)
        shutil.copy(copy, path)

    return put_back
