"""``satuatap data backup`` and ``restore``: whole or not at all, checked before anything is touched, keys apart."""

import io
import itertools
import json
import os
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from routing.actions.back_up import (
    BACKUPS,
    FolderInUse,
    back_up,
    back_up_before_migrating,
    keys_beside,
    restore,
)
from routing.actions.erase import erase
from routing.cli.data_backup_commands import NotEmbedded
from routing.cli.main import main
from routing.cli.opening import open_office
from routing.cli.up_command import AlreadyRunning, alone_in
from routing.domain.erasure import LegalBasis
from routing.domain.errors import AlreadyThere, Refusal, UnknownApplication
from routing.formats.backup_archive import NotABackup
from routing.office import Office, wall_clock
from routing.reading.chains import verify_chains
from routing.reading.who_applies import who_applies
from routing.settings import Settings
from routing.storage.backup import DamagedDatabase
from routing.storage.database import Database
from routing.storage.migration import NEWEST, version
from tests.actions.test_erase import RINA
from tests.mall import LESTARI, Mall
from tests.old_books import WHO, fill_as_before_the_seals
from tests.sound_books import require_sound


@pytest.fixture
def data(sqlite_mall: Mall) -> Path:
    """The folder of a mall with a document, attachments and keys."""
    sqlite_mall.walks(sqlite_mall.registers())
    folder = sqlite_mall.office.settings.data
    (folder / "papers" / "ab").mkdir(parents=True)
    (folder / "papers" / "ab" / "abcdef").write_bytes(b"a scanned identity card")
    return folder


def backed_up(data: Path, target: Path) -> Path:
    return back_up(data, target, at=wall_clock()).file


def put_back(file: Path, folder: Path, **changes: object) -> object:
    return restore(file, folder, **{"keys": None, "replace": False, "at": wall_clock()} | changes)  # type: ignore[arg-type]


def chains_of(folder: Path) -> tuple[int, int]:
    office = Office(Settings(data=folder))
    try:
        report = verify_chains(office)
    finally:
        office.close()
    return report.chains, len(report.breaks)


def key_in(folder: Path) -> list[bytes]:
    with closing(sqlite3.connect(folder / "satuatap.db")) as connection:
        return [row[0] for row in connection.execute("SELECT wrapped FROM application_keys")]


def test_what_was_backed_up_comes_back_with_its_log_attachments_and_keys(data: Path, tmp_path: Path) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    put_back(file, tmp_path / "new")
    assert chains_of(tmp_path / "new") == (1, 0)
    assert (tmp_path / "new" / "papers" / "ab" / "abcdef").read_bytes() == b"a scanned identity card"
    assert (tmp_path / "new" / "master.key").read_bytes() == (data / "master.key").read_bytes()
    assert key_in(tmp_path / "new") == key_in(data) != []
    assert {one.name for one in tmp_path.iterdir()} == {"mall", "mall.tar", "mall.tar.keys", "new"}


def test_a_backup_holds_no_key_and_both_files_are_their_owners_alone(data: Path, tmp_path: Path) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    assert key_in(data)[0] not in file.read_bytes()
    assert (data / "master.key").read_bytes() not in file.read_bytes()
    assert key_in(data)[0] in keys_beside(file).read_bytes()
    assert {one.stat().st_mode & 0o777 for one in (file, keys_beside(file))} == {0o600}


def test_without_its_keys_a_mall_comes_back_and_says_what_is_missing(data: Path, tmp_path: Path) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    keys_beside(file).rename(tmp_path / "elsewhere")
    put = put_back(file, tmp_path / "new")
    assert put.lacks_keys  # type: ignore[attr-defined]
    # The chain holds; that nobody can say any more who applied, is said.
    assert chains_of(tmp_path / "new") == (1, 1)
    assert key_in(tmp_path / "new") == []
    put_back(file, tmp_path / "newer", keys=tmp_path / "elsewhere")
    assert key_in(tmp_path / "newer") == key_in(data)


def test_keys_of_an_earlier_backup_and_of_another_mall_are_refused(
    data: Path, sqlite_mall: Mall, tmp_path: Path
) -> None:
    early = backed_up(data, tmp_path / "one.tar")
    sqlite_mall.registers()
    file = backed_up(data, tmp_path / "two.tar")
    with pytest.raises(NotABackup, match="the keys of an earlier backup of that mall"):
        put_back(file, tmp_path / "new", keys=keys_beside(early))
    with pytest.raises(NotABackup, match="it holds no keys"):
        put_back(file, tmp_path / "new", keys=early)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(data / "satuatap.db", other)
    (other / "master.key").write_text("11" * 32, encoding="ascii")
    with pytest.raises(NotABackup, match="nor of a later one of that mall"):
        put_back(file, tmp_path / "new", keys=keys_beside(backed_up(other, tmp_path / "three.tar")))
    assert not (tmp_path / "new").exists()


def test_with_the_newest_keys_an_older_backup_opens_but_for_what_was_erased_since(
    sqlite_mall: Mall, tmp_path: Path
) -> None:
    """So only the newest keys need to be kept."""
    data, rina = sqlite_mall.office.settings.data, sqlite_mall.hires(RINA)
    erased, stays = (sqlite_mall.walks(sqlite_mall.registers()) for _ in range(2))
    yesterday = backed_up(data, tmp_path / "yesterday.tar")
    erase(sqlite_mall.office, erased.number, LegalBasis.RETENTION_OVER, person_id=rina)
    late = sqlite_mall.registers()
    today = keys_beside(backed_up(data, tmp_path / "today.tar"))
    keys_beside(yesterday).unlink()

    put = put_back(yesterday, tmp_path / "new", keys=today)
    assert (put.erased_since, put.lacks_keys) == ((erased.number,), False)  # type: ignore[attr-defined]
    with closing(Office(Settings(data=tmp_path / "new"))) as office:
        assert who_applies(office, stays.id) == LESTARI
        assert who_applies(office, erased.id) is None
        assert [one.number for one in verify_chains(office).breaks] == [erased.number]
        with office.transaction() as tx, pytest.raises(UnknownApplication):
            tx.application(late.number)
        # What was erased is erased here, too, and the books are whole.
        erase(office, erased.number, LegalBasis.RETENTION_OVER, person_id=rina)
        require_sound(office)


def test_a_mall_is_backed_up_while_it_is_written_to(sqlite_mall: Mall, tmp_path: Path) -> None:
    stop, registered = threading.Event(), [sqlite_mall.registers()]

    def work() -> None:
        while not stop.is_set():
            registered.append(sqlite_mall.registers())
            sqlite_mall.carries()

    clerk = threading.Thread(target=work)
    clerk.start()
    try:
        at_once = [backed_up(sqlite_mall.office.settings.data, tmp_path / f"{place}.tar") for place in range(3)]
    finally:
        stop.set()
        clerk.join()
    counts = []
    for place, file in enumerate(at_once):
        put_back(file, tmp_path / f"new-{place}")
        chains, breaks = chains_of(tmp_path / f"new-{place}")
        assert breaks == 0
        counts.append(chains)
    assert counts == sorted(counts)
    assert 1 <= counts[0] <= counts[-1] <= len(registered)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def change(file: Path) -> None:
    content = bytearray(file.read_bytes())
    place = content.index(b"a scanned identity card")
    content[place] ^= 1
    file.write_bytes(content)


def add_a_file(file: Path) -> None:
    with tarfile.open(file, "a") as archive:
        entry = tarfile.TarInfo("papers/more")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))


def lead_outside(file: Path) -> None:
    listed = {"format": "satuatap-backup-1", "facts": {"part": "mall"}, "files": {"../out": {"sha256": "0"}}}
    content = json.dumps(listed).encode()
    with tarfile.open(file, "w") as archive:
        for name, written in (("manifest.json", content), ("../out", b"x")):
            entry = tarfile.TarInfo(name)
            entry.size = len(written)
            archive.addfile(entry, io.BytesIO(written))


def be_foreign(file: Path) -> None:
    with tarfile.open(file, "w") as archive:
        archive.addfile(tarfile.TarInfo("somebody-elses"))


def be_nothing(file: Path) -> None:
    file.write_bytes(b"")


def be_the_keys(file: Path) -> None:
    shutil.copy(keys_beside(file), file)


@pytest.mark.parametrize(
    "harm", [cut, change, add_a_file, lead_outside, be_foreign, be_nothing, be_the_keys], ids=lambda one: one.__name__
)
def test_a_file_that_is_cut_changed_or_foreign_is_refused_and_nothing_is_touched(
    data: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    harm(file)
    before = {one.name for one in tmp_path.iterdir()}
    with pytest.raises(NotABackup, match=r"mall\.tar"):
        put_back(file, tmp_path / "new")
    assert {one.name for one in tmp_path.iterdir()} == before


def test_a_folder_in_use_is_left_alone_and_with_replace_kept_beside(data: Path, tmp_path: Path) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "satuatap.db").write_bytes(b"theirs")
    with pytest.raises(FolderInUse):
        put_back(file, tmp_path / "other")
    assert (tmp_path / "other" / "satuatap.db").read_bytes() == b"theirs"
    put = put_back(file, tmp_path / "other", replace=True)
    assert (put.kept / "satuatap.db").read_bytes() == b"theirs"  # type: ignore[attr-defined]
    assert chains_of(tmp_path / "other") == (1, 0)


def test_a_backup_is_never_written_over(data: Path, tmp_path: Path) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    content = file.read_bytes()
    with pytest.raises(AlreadyThere):
        backed_up(data, file)
    assert file.read_bytes() == content
    assert backed_up(data, tmp_path).parent == tmp_path


def test_a_damaged_database_is_refused_and_leaves_no_backup(tmp_path: Path) -> None:
    (tmp_path / "mall").mkdir()
    (tmp_path / "mall" / "satuatap.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(DamagedDatabase):
        backed_up(tmp_path / "mall", tmp_path / "mall.tar")
    assert {one.name for one in tmp_path.iterdir()} == {"mall"}


def test_an_older_mall_is_backed_up_before_it_is_migrated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, before = tmp_path / "mall", tmp_path / "before"
    old = Database(data / "satuatap.db")
    fill_as_before_the_seals(old)
    old.close()
    with open_office(data) as office:
        assert version(office.database) == NEWEST
        assert who_applies(office, 7) == WHO
    [made] = (data / BACKUPS).glob("*.tar")
    assert str(made) in capsys.readouterr().err
    assert put_back(made, before).migration == "0001"  # type: ignore[attr-defined]
    with closing(sqlite3.connect(before / "satuatap.db")) as connection:
        assert connection.execute("SELECT name, nik FROM particulars").fetchall() == [(WHO.name, WHO.nik)]
    with open_office(before):  # The older program's books again, and as good as they were.
        assert chains_of(before) == (1, 0)


def test_of_the_backups_before_migrations_three_are_kept(data: Path) -> None:
    made = [back_up_before_migrating(data, at=wall_clock()).file for _ in range(5)]
    assert set((data / BACKUPS).iterdir()) == set(
        itertools.chain.from_iterable((one, keys_beside(one)) for one in made[-3:])
    )


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["satuatap", "data", *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    return str(json.loads(capsys.readouterr().out)["error"]["code"])


def test_the_commands_say_one_document_and_refuse_with_a_sentence(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, new = str(tmp_path / "mall.tar"), str(tmp_path / "new")
    monkeypatch.setattr("sys.argv", ["satuatap", "data", "backup", file, "--data", str(data), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["file"] == file
    assert refused(monkeypatch, capsys, "backup", file, "--data", str(tmp_path / "gone")) == "unreadable_file"
    assert refused(monkeypatch, capsys, "restore", str(tmp_path / "no.tar"), "--data", new) == "unreadable_file"
    assert refused(monkeypatch, capsys, "restore", file, "--data", str(data)) == FolderInUse.code
    with alone_in(data):
        assert refused(monkeypatch, capsys, "restore", file, "--replace", "--data", str(data)) == AlreadyRunning.code
    monkeypatch.setenv("SATUATAP_DATABASE_URL", "postgresql://nobody@localhost/none")
    assert refused(monkeypatch, capsys, "backup", file) == NotEmbedded.code
    assert issubclass(NotEmbedded, Refusal)


def test_a_mall_that_came_back_without_its_keys_can_still_be_verified(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backed_up(data, tmp_path / "mall.tar")
    keys_beside(file).unlink()
    put_back(file, tmp_path / "new")
    monkeypatch.setattr("sys.argv", ["satuatap", "audit", "verify", "--data", str(tmp_path / "new"), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 1  # That nobody can say who applied is a finding, not a fault.
    assert json.loads(said.out)["chains"] == 1
    assert "master_key" in said.err


def test_papers_and_key_that_lie_elsewhere_are_in_the_backup(data: Path, tmp_path: Path) -> None:
    (data / "papers").rename(tmp_path / "papers-elsewhere")
    key = (data / "master.key").rename(tmp_path / "key-elsewhere")
    made = back_up(data, tmp_path / "mall.tar", at=wall_clock(), papers=tmp_path / "papers-elsewhere", master_key=key)
    put_back(made.file, tmp_path / "new")
    assert (tmp_path / "new" / "papers" / "ab" / "abcdef").read_bytes() == b"a scanned identity card"
    assert (tmp_path / "new" / "master.key").read_bytes() == key.read_bytes()
