"""What a person meets who has Python, pip and this folder: two commands, and what can go wrong.

Most of it runs with a pip that only pretends, so that it takes seconds and needs no network.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Stands in the folder the commands are given in, where `python -m pip` finds it first.
PRETENDED_PIP = """
import json, os, sys, time
from pathlib import Path

mood = Path("mood").read_text()
if "--version" in sys.argv:
    sys.exit("No module named pip" if mood == "missing" else 0)
with Path("calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + chr(10))
venv = Path(sys.argv[sys.argv.index("--python") + 1]).parents[1]
packages = next(venv.glob("lib/python*/site-packages"))
if mood == "unreachable":
    sys.exit("WARNING: Retrying after connection broken by NewConnectionError: Connection refused")
if mood == "swapped":
    sys.exit("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.")
(packages / "half_a_package").mkdir(exist_ok=True)
if mood == "slow":
    Path("slow").touch()
    time.sleep(60)
if mood == "breaking":
    sys.exit("OSError: [Errno 28] No space left on device")
"""

#: In place of the real command line, which would need the packages.
PRETENDED_COMMAND = """
import os, sys

def main():
    print(sys.argv[1:], os.getcwd())
    return 7
"""


class Clone:
    """A copy in which dev.py is the real one, and pip and satuatap only say how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pip").mkdir(parents=True)
        (folder / "pip" / "__init__.py").touch()
        (folder / "pip" / "__main__.py").write_text(PRETENDED_PIP)
        command = folder / "routing" / "cli"
        command.mkdir(parents=True)
        (command / "main.py").write_text(PRETENDED_COMMAND)
        for name in ("dev.py", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, folder)
        self.pip_is("willing")

    def pip_is(self, mood: str) -> None:
        (self.folder / "mood").write_text(mood)

    def pip_calls(self) -> list[list[str]]:
        calls = self.folder / "calls"
        return [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []

    def locks_installed(self) -> list[str]:
        return [Path(call[-1]).name for call in self.pip_calls()]

    def dev(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "dev.py", *words],
            cwd=self.folder,
            env=clean_environment(self.folder),
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )


def clean_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))}
    return {**kept, "HOME": str(home)}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "Ida's Satu Atap")


def test_the_first_start_sets_up_and_the_second_only_starts(clone: Clone) -> None:
    first = clone.dev("up", "--demo", "--port", "8001")
    assert first.returncode == 7
    assert first.stdout == f"['up', '--demo', '--port', '8001'] {clone.folder}\n"
    assert "Making .venv" in first.stderr
    started = time.monotonic()
    second = clone.dev("up")
    assert time.monotonic() - started < 2
    assert (second.returncode, second.stderr) == (7, "")
    assert clone.locks_installed() == ["requirements.lock"]


def test_packages_are_taken_only_ready_made_and_with_their_hashes(clone: Clone) -> None:
    clone.dev("up")
    (call,) = clone.pip_calls()
    assert {"--require-hashes", "--only-binary=:all:"} <= set(call)


def test_any_other_word_goes_to_satuatap_from_the_folder_one_stands_in(clone: Clone, tmp_path: Path) -> None:
    clone.dev("setup")
    done = subprocess.run(
        [sys.executable, clone.folder / "dev.py", "audit", "verify", "--json"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"['audit', 'verify', '--json'] {tmp_path}\n"
    assert done.returncode == 7


def test_testing_after_a_start_adds_what_is_missing_and_throws_nothing_away(clone: Clone) -> None:
    clone.dev("up")
    keepsake = clone.folder / ".venv" / "keepsake"
    keepsake.touch()
    assert clone.dev("setup").returncode == 0
    assert keepsake.exists()
    clone.dev("up")
    assert clone.locks_installed() == ["requirements.lock", "requirements-dev.lock"]


def test_a_changed_lock_is_installed_at_the_next_start(clone: Clone) -> None:
    clone.dev("up")
    with (clone.folder / "requirements.lock").open("a") as lock:
        lock.write("# newer\n")
    clone.dev("up")
    clone.dev("up")
    assert clone.locks_installed() == ["requirements.lock"] * 2


def test_a_folder_that_was_moved_sets_itself_up_again(clone: Clone) -> None:
    clone.dev("up")
    clone.folder = clone.folder.rename(clone.folder.with_name("moved"))
    assert clone.dev("up").stdout == f"['up'] {clone.folder}\n"


def test_without_a_network_the_person_is_told_and_what_worked_still_works(clone: Clone) -> None:
    clone.dev("up")
    clone.pip_is("unreachable")
    done = clone.dev("setup")
    assert done.returncode == 3
    assert "no package index can be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert clone.dev("up").returncode == 7
    assert len(clone.pip_calls()) == 2


def test_a_package_that_is_not_the_locked_one_is_refused(clone: Clone) -> None:
    clone.pip_is("swapped")
    done = clone.dev("up")
    assert done.returncode == 3
    assert "not the one that was locked" in done.stderr


def test_an_installation_that_broke_in_the_middle_is_made_anew(clone: Clone) -> None:
    clone.pip_is("breaking")
    done = clone.dev("up")
    assert done.returncode == 3
    assert "disk is full" in done.stderr
    keepsake = clone.folder / ".venv" / "keepsake"
    keepsake.touch()
    clone.pip_is("willing")
    assert clone.dev("up").returncode == 7
    assert not keepsake.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_installation_that_was_stopped_is_made_anew(clone: Clone, how: signal.Signals) -> None:
    clone.pip_is("slow")
    running = subprocess.Popen(
        [sys.executable, "dev.py", "up"],
        cwd=clone.folder,
        env=clean_environment(clone.folder),
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    deadline = time.monotonic() + 30
    while not (clone.folder / "slow").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    # As a terminal does: the key goes to all of them, pip included.
    os.killpg(running.pid, how)
    _, said = running.communicate(timeout=20)
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert "Stopped." in said
        assert "Traceback" not in said.split("Stopped.")[0]
    clone.pip_is("willing")
    again = clone.dev("up")
    assert again.returncode == 7
    assert "Making .venv" in again.stderr


def test_two_at_once_set_up_once(clone: Clone) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "dev.py", "up"],
            cwd=clone.folder,
            env=clean_environment(clone.folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    assert [one.wait(60) for one in both] == [7, 7]
    assert clone.locks_installed() == ["requirements.lock"]


def test_a_python_without_pip_is_told_what_to_install(clone: Clone) -> None:
    clone.pip_is("missing")
    (clone.folder / "ensurepip.py").write_text("raise SystemExit('ensurepip is disabled in Debian')")
    done = clone.dev("up")
    assert done.returncode == 3
    assert "apt install python3-pip" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(clone: Clone) -> None:
    (clone.folder / ".venv").write_text("in the way")
    done = clone.dev("up")
    assert done.returncode == 3
    assert str(clone.folder / ".venv") in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_is_told_so_before_it_trips() -> None:
    pretend = "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0); runpy.run_path('dev.py')"
    done = subprocess.run(
        [sys.executable, "-c", pretend], cwd=ROOT, check=False, capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_without_a_word_it_says_what_it_can_do(clone: Clone) -> None:
    done = clone.dev()
    assert done.returncode == 2
    assert "python3 dev.py up" in done.stderr
    assert clone.pip_calls() == []


def test_this_very_environment_is_ready_in_no_time() -> None:
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip("these tests do not run in the environment that dev.py made")
    started = time.monotonic()
    done = subprocess.run([sys.executable, "dev.py", "setup"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert time.monotonic() - started < 2
    assert done.stderr == ""


# --- with the real pip and a network ------------------------------------------------------------------------


def pythons() -> list[str]:
    """This Python and, where it is another, the system's own: Debian's refuses global installs."""
    own = str(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]
    system = Path("/usr/bin/python3")
    if not system.exists() or str(system.resolve()) == own:
        return [own]
    return [own, str(system)]


@pytest.mark.slow
@pytest.mark.parametrize("python", pythons())
def test_a_fresh_clone_with_an_empty_home_does_what_the_readme_says(python: str, tmp_path: Path) -> None:
    clone, home = tmp_path / "clone", tmp_path / "home"
    home.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)

    def dev(*words: str) -> str:
        done = subprocess.run(
            [python, "dev.py", *words],
            cwd=clone,
            env=clean_environment(home),
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "--demo" in dev("up", "--help")
    assert not list(clone.glob(".venv/lib/*/site-packages/pytest")), "starting the mall installed the tests' packages"
    # The test command itself, on a part that does not come back here.
    assert " passed" in dev("test", "tests/servers", "tests/house", "-q")
    started = time.monotonic()
    dev("up", "--help")
    assert time.monotonic() - started < 4


@pytest.mark.slow
def test_a_closed_network_gives_a_sentence_and_no_half_made_environment(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("dev.py", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, clone)
    environment = {name: value for name, value in clean_environment(tmp_path).items() if not name.startswith("PIP_")}
    nowhere = "http://127.0.0.1:9"
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "NO_PROXY": "", "no_proxy": ""}
    environment |= dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), nowhere)
    done = subprocess.run(
        [sys.executable, "dev.py", "up"],
        cwd=clone,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 3
    assert "no package index can be reached" in done.stderr
    assert not (clone / ".venv" / "satuatap.unfinished").exists()
