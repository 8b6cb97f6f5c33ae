"""The disk of the mall is full or refuses to be written: the person is told, nothing is half-written, it recovers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.acceptance.books import Books
from tests.acceptance.event_logs import make_log
from tests.acceptance.processes import answer_of, programs, until
from tests.domain.people_of_the_mall import ALL_PAPERS
from tests.formats.papers import pdf

_MEBIBYTE = 1024 * 1024


class Disk:
    """A small one of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """To the last byte."""
        with self._filler.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def tidy(self) -> None:
        self._filler.unlink()

    def remount(self, how: str) -> None:
        """``ro`` or ``rw``."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    size = f"size={40 * _MEBIBYTE}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk of our own: {mounted.stderr.decode().strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Window:
    """The counter, through its pages."""

    def __init__(self, address: str, password: str) -> None:
        self._pages = httpx2.Client(base_url=address, timeout=60)
        form = self._hidden("/sign-in")
        signed_in = self._pages.post("/sign-in", data=form | {"account": "ida", "password": password})
        assert signed_in.status_code == 303, signed_in.text

    def form(self) -> dict[str, str]:
        """A form that was opened while all was well."""
        return self._hidden("/counter/new/sip-dokter")

    def sends(self, form: dict[str, str]) -> httpx2.Response:
        filled = form | {"name": "dr. Putu Lestari", "nik": "3579014107900001", "decision": "accept"}
        return self._pages.post("/counter/new/sip-dokter", data={**filled, "paper": list(ALL_PAPERS)})

    def attaches(self, number: str, content: bytes) -> httpx2.Response:
        """A paper to an application, through the form on its page."""
        form = {"form_token": self._hidden(f"/applications/{number}")["form_token"]}
        return self._pages.post(f"/applications/{number}/papers", data=form, files={"file": ("surat.pdf", content)})

    def close(self) -> None:
        self._pages.close()

    def _hidden(self, path: str) -> dict[str, str]:
        page = self._pages.get(path)
        assert page.status_code == 200, page.text
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def test_a_mall_whose_disk_is_full_says_so_and_recovers(disk: Disk, tmp_path: Path) -> None:
    data = disk.folder / "mall"
    with programs(tmp_path / "out") as made, Books.of_folder(data) as books, contextlib.ExitStack() as stack:
        running = made.part("up", "--demo", "--port", "0", "--json", "--data", str(data))
        said = json.loads(running.stdout)
        address = said["address"]
        window = Window(address, said["accounts"][0]["password"])
        stack.callback(window.close)
        registered = window.sends(window.form())
        assert registered.status_code == 303
        number = registered.headers["location"].rsplit("/", 1)[1]
        until(lambda: books.on_their_way() == 0, "the first document arrives")
        form = window.form()
        assert answer_of(f"{address}health/ready")[0] == 200
        disk.fill()
        # What fits into the pages that SQLite already has may still be written; then it ends with a calm page.
        written = 0
        while (answer := window.sends(form)).status_code == 303:
            written += 1
            form = window.form()
            assert written < 2000
        assert answer.status_code == 503
        assert "Traceback" not in answer.text
        assert "sqlite" not in answer.text.lower()
        assert answer.headers["retry-after"]
        assert answer_of(f"{address}health/ready")[0] == 503
        paper = window.attaches(number, pdf())
        assert (paper.status_code, "Traceback" in paper.text) == (503, False)
        assert [path.name for path in (data / "papers").rglob("*") if path.is_file()] == []
        assert answer_of(f"{address}health/live")[0] == 200
        disk.tidy()
        until(lambda: window.attaches(number, pdf()).status_code == 303, "the paper is attached")
        # The same form, sent once more.
        until(lambda: window.sends(form).status_code == 303, "it is registered")
        until(lambda: answer_of(f"{address}health/ready")[0] == 200, "ready again")
        until(lambda: books.on_their_way() == 0, "all arrive")
        assert books.counts()["applications"] == written + 2
        books.assert_every_move_stands_once(written + 2)
        assert running.is_running
        assert "Traceback" not in running.stderr
        assert made.run("audit", "verify", "--data", str(data)).code == 0


def test_a_mall_on_a_disk_that_only_reads_is_a_sentence_and_starts_when_it_can_write(
    disk: Disk, tmp_path: Path
) -> None:
    data = str(disk.folder / "mall")
    log = make_log(tmp_path / "kecil.xes", cases=3)
    with programs(tmp_path / "out") as made:
        assert made.run("replay", str(log), "--data", data).code == 0
        disk.remount("ro")
        refused = [
            made.start("up", "--port", "0", "--json", "--data", data),
            made.start("replay", str(make_log(tmp_path / "lagi.xes", cases=3)), "--json", "--data", data),
        ]
        for one in refused:
            done = one.wait()
            assert (done.code, done.document["error"]["code"]) == (3, "database_away"), done.stderr
            assert "Traceback" not in done.stderr
        disk.remount("rw")
        made.part("up", "--port", "0", "--json", "--data", data)
