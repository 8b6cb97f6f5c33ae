"""Papers lie under the hash of their content; what a broken upload leaves is swept, what is being sent is not."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from routing.vault.paper_store import NoRoomForPapers, PaperLost, PaperStore, PaperTooLarge

ROOT = Path(__file__).resolve().parents[2]
MOST = 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> PaperStore:
    return PaperStore(tmp_path / "papers")


def kept(store: PaperStore, content: bytes) -> str:
    with store.upload("surat.pdf", most=MOST) as upload:
        for start in range(0, len(content), 1000):
            upload.write(content[start : start + 1000])
        upload.finish()
        with store.keeping():
            store.keep(upload)
        return upload.sha256


def files(store: PaperStore) -> list[str]:
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file() and path.name != "lock")


def older(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_paper_lies_under_the_hash_of_its_content_and_nobody_else_reads_it(store: PaperStore) -> None:
    content = b"%PDF" + bytes(5_000)
    name = kept(store, content)
    place = store.folder / name[:2] / name[2:4] / name
    assert name == hashlib.sha256(content).hexdigest()
    assert store.require_whole(name) == place
    assert place.read_bytes() == content
    assert place.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (store.folder, place.parent)} == {0o700}


def test_the_same_content_twice_lies_there_once(store: PaperStore) -> None:
    assert kept(store, b"a") == kept(store, b"a") != kept(store, b"b")
    assert len(files(store)) == 2


def test_an_upload_that_is_not_kept_leaves_nothing(store: PaperStore) -> None:
    with store.upload("surat.pdf", most=MOST) as upload:
        upload.write(b"x" * 100)
        assert files(store) == [upload.path.name]
    assert files(store) == []


def test_an_upload_is_cut_off_when_it_grows_too_large(store: PaperStore) -> None:
    with store.upload("C:\\x\\KTP.pdf", most=MOST) as upload:
        upload.write(bytes(MOST))
        with pytest.raises(PaperTooLarge, match=r"^KTP\.pdf is larger than 1 MiB"):
            upload.write(b"x")
    assert files(store) == []


def test_a_paper_that_was_changed_or_taken_away_is_not_handed_out(store: PaperStore) -> None:
    name = kept(store, b"a")
    store.path_of(name).write_bytes(b"b")
    for _ in range(2):
        with pytest.raises(PaperLost, match=name):
            store.require_whole(name)
        store.path_of(name).unlink(missing_ok=True)


_CRASH = """
import os, sys
from pathlib import Path
from routing.vault.paper_store import PaperStore
upload = PaperStore(Path(sys.argv[1])).upload("surat.pdf", most=99)
upload.write(b"half of it")
upload.finish()
os.kill(os.getpid(), 9)
"""


def test_what_a_crash_left_is_swept_and_what_is_being_sent_is_not(store: PaperStore) -> None:
    subprocess.run([sys.executable, "-c", _CRASH, str(store.folder)], cwd=ROOT, check=False)
    assert len(files(store)) == 1
    with store.upload("surat.pdf", most=MOST) as upload:
        upload.write(b"going on")
        assert store.sweep_uploads() == 0
        assert store.sweep_uploads(older_than=0) == 1
        assert files(store) == [upload.path.name]
    assert files(store) == []


def test_a_paper_without_a_row_is_swept_when_it_is_old(store: PaperStore) -> None:
    named, left_over, fresh = (kept(store, content) for content in (b"named", b"left over", b"fresh"))
    older(store.path_of(named), 48 * 3600)
    older(store.path_of(left_over), 48 * 3600)
    assert store.sweep_papers(lambda sha256: sha256 == named) == 1
    assert files(store) == sorted([named, fresh])


def test_a_sweep_waits_for_who_is_about_to_name_a_paper(store: PaperStore) -> None:
    """The row is committed after the sweep looked first and before it looks again."""
    name = kept(store, b"a")
    named: set[str] = set()
    asked = threading.Event()

    def is_named(sha256: str) -> bool:
        asked.set()
        return sha256 in named

    with store.keeping():
        sweep = threading.Thread(target=store.sweep_papers, args=(is_named,), kwargs={"older_than": 0})
        sweep.start()
        assert asked.wait(30)
        named.add(name)
    sweep.join(30)
    assert files(store) == [name]


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("a file stands in the way")
    with pytest.raises(NoRoomForPapers, match="Nothing was saved"):
        PaperStore(tmp_path / "papers").upload("surat.pdf", most=MOST)


_SMALL = """
import resource, signal, sys
from pathlib import Path
from routing.vault.paper_store import NoRoomForPapers, PaperStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = PaperStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    with store.upload("surat.pdf", most=10**9) as upload:
        for _ in range(100):
            upload.write(bytes(10_000))
        upload.finish()
except NoRoomForPapers as refusal:
    print(refusal.code)
"""


def test_a_disk_that_takes_no_more_refuses_and_keeps_nothing(store: PaperStore) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SMALL, str(store.folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "no_room_for_papers\n"
    assert files(store) == []
