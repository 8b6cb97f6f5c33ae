"""The master key is made once, read as it was written, and never replaced by another without a word."""

import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from routing.office import Office
from routing.settings import Settings
from routing.storage.migration import migrate
from routing.storage.tables import master_keys
from routing.vault.master_key import MasterKeyUnusable, make_master_key, read_master_key
from tests.databases import MASTER_KEY
from tests.mall import Mall

OTHER_KEY = "0b" * 32


def test_a_new_key_is_for_the_owners_eyes_only_and_nothing_half_written_is_left(tmp_path: Path) -> None:
    path = tmp_path / "mall" / "master.key"
    assert make_master_key(path) is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_master_key(path)) == 32
    assert list(path.parent.iterdir()) == [path]


def test_of_several_who_make_it_at_once_one_does_and_all_read_the_same(tmp_path: Path) -> None:
    path, together = tmp_path / "master.key", threading.Barrier(8)
    made: list[tuple[bool, bytes]] = []

    def start() -> None:
        together.wait()
        made.append((make_master_key(path), read_master_key(path)))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(is_new for is_new, _ in made) == [False] * 7 + [True]
    assert len({key for _, key in made}) == 1


@pytest.mark.parametrize("written", ["", "abc", MASTER_KEY[:-2], MASTER_KEY + "00", "zz" * 32, "ké" * 30])
def test_a_file_that_holds_no_key_is_named_and_not_quoted(tmp_path: Path, written: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(MasterKeyUnusable) as refused:
        read_master_key(path)
    assert str(path) in str(refused.value)
    assert not written or written not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_embedded_mall_makes_its_key_at_the_first_start_and_keeps_it(tmp_path: Path) -> None:
    office = Office(Settings(data=tmp_path))
    migrate(office.database)
    assert [office.set_up_vault() for _ in range(2)] == [True, False]
    key = read_master_key(tmp_path / "master.key")
    office.close()
    again = Office(Settings(data=tmp_path))
    assert again.set_up_vault() is False
    assert read_master_key(tmp_path / "master.key") == key
    again.close()


def test_a_database_with_a_key_is_not_opened_with_another_nor_without(mall: Mall) -> None:
    mall.registers()
    path = mall.office.settings.master_key
    for written, problem in ((OTHER_KEY, "not the one"), (None, "no master key at")):
        path.unlink()
        if written is not None:
            path.write_text(written, encoding="ascii")
        fresh = Office(mall.office.settings, clock=mall.clock)
        with pytest.raises(MasterKeyUnusable, match=problem) as refused:
            fresh.set_up_vault()
        with pytest.raises(MasterKeyUnusable), fresh.reading() as connection:
            fresh.vault(connection)
        assert path.exists() == (written is not None), "a missing key is not made anew"
        assert OTHER_KEY not in str(refused.value)
        fresh.close()


def test_a_database_that_lost_the_name_of_its_key_gets_no_other(mall: Mall) -> None:
    mall.registers()
    with mall.office.database.writing() as connection:
        connection.execute(sa.delete(master_keys))
    fresh = Office(mall.office.settings, clock=mall.clock)
    with pytest.raises(MasterKeyUnusable, match="taken away"):
        fresh.set_up_vault()
    fresh.close()
    with mall.office.database.writing() as connection:
        vault = mall.office.vault(connection)
        connection.execute(sa.insert(master_keys), {"no": 1, "check_value": vault.check_value})


def test_documents_are_carried_without_the_key_and_nobody_is_registered_half(mall: Mall) -> None:
    document = mall.registers()
    mall.office.settings.master_key.unlink()
    keyless = Mall.__new__(Mall)
    keyless.__dict__ |= mall.__dict__ | {"office": Office(mall.office.settings, clock=mall.clock)}
    assert keyless.carries()
    with pytest.raises(MasterKeyUnusable):
        keyless.registers()
    keyless.office.close()
    (visit,) = mall.open_visits(document)
    assert visit.has_arrived
    assert mall.registers().number.split("-")[-2] == "000002", "the refused registration used no number up"
