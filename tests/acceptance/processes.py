"""The program as a person runs it: `satuatap` in processes of its own, ended by their process ids alone."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.databases import write_master_key
from tests.servers.ports import Unavailable
from tests.servers.postgresql import Cluster
from tests.servers.valkey import Daemon

#: How the part says that it is there, on its standard error; `up` says it on its standard output.
GREETINGS = {
    "web": "Satu Atap listens at",
    "relay": "The relay is listening.",
    "worker": "the worker is ready",
    "beat": "The beat is running.",
    "sequencer": "The sequencer seals the log",
    "up": '"address"',
}
_COMMAND = [sys.executable, "-m", "routing"]
_ROOT = Path(__file__).resolve().parents[2]
_TICK = 0.02

Answer = TypeVar("Answer")


def until(ask: Callable[[], Answer | None], what: str, seconds: float = 60.0) -> Answer:
    """The first answer that is not None, False or empty; fails, naming what was waited for, after a time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s in vain: {what}")
        time.sleep(_TICK)


@dataclass(frozen=True)
class Finished:
    """What a command that has ended said."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output; fails where there is more, less or something else."""
        assert self.stdout.count("\n") == 1, self.stdout
        return json.loads(self.stdout)


class Running:
    """A command that has not ended yet, with its children in a process group of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, name: str) -> None:
        self.name = name
        self._out, self._err = folder / f"{name}.out", folder / f"{name}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                command, env=dict(environment), cwd=folder, stdout=out, stderr=err, process_group=0
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdout(self) -> str:
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def stderr(self) -> str:
        return self._err.read_text(encoding="utf-8", errors="replace")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_until_it_says(self, words: str, seconds: float = 60.0) -> None:
        """Returns when these words stand in its output; fails when it ends without them."""

        def said() -> bool:
            is_there = words in self.stderr or words in self.stdout
            if not is_there and not self.is_running:
                pytest.fail(f"{self.name} ended ({self._process.returncode}) before it said {words!r}:\n{self.stderr}")
            return is_there

        until(said, f"{self.name} says {words!r}", seconds)

    def wait_until_it_works(self) -> None:
        """For the long-running parts: returns when it does its work."""
        self.wait_until_it_says(GREETINGS[self.name.split("-", 1)[1]])

    def wait(self, seconds: float = 60.0) -> Finished:
        """What it came to."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name} still runs after {seconds:g} s:\n{self.stderr[-2000:]}")
        return Finished(code, self.stdout, self.stderr)

    def end_by(self, number: signal.Signals, seconds: float = 20.0) -> Finished:
        """Asks it to stop, as a supervisor or Ctrl-C would."""
        self._process.send_signal(number)
        return self.wait(seconds)

    def freeze(self) -> None:
        """Stops the clock for it; whatever reaches its sockets stays there."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def kill9(self) -> None:
        """As a power cut would; it and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(20)


class Programs:
    """Every `satuatap` of one mall: the same settings for all, and none outlives the test."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        ours = {name: value for name, value in os.environ.items() if not name.startswith("SATUATAP_")}
        # Nobody's own data folder, and the code of this checkout wherever the command is given.
        ours |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "share"), "PYTHONPATH": str(_ROOT)}
        self.environment = ours | {"PYTHONUNBUFFERED": "1"} | dict(settings)
        self._running: list[Running] = []
        self._count = itertools.count(1)

    def start(self, *words: str, **settings: str) -> Running:
        """Starts a command; does not wait for anything."""
        return self.start_command([*_COMMAND, *words], words[0], settings)

    def start_command(self, command: Sequence[str], what: str, settings: Mapping[str, str]) -> Running:
        """The same for one that is not ours to spell."""
        name = f"{next(self._count):02d}-{what}"
        running = Running(command, self.environment | dict(settings), self.folder, name)
        self._running.append(running)
        return running

    def part(self, *words: str, **settings: str) -> Running:
        """Starts a long-running part and returns when it works."""
        running = self.start(*words, **settings)
        running.wait_until_it_works()
        return running

    def run(self, *words: str, seconds: float = 120.0, **settings: str) -> Finished:
        """Runs a command to its end."""
        return self.start(*words, **settings).wait(seconds)

    def close(self) -> None:
        for running in self._running:
            running.kill9()


@contextlib.contextmanager
def programs(folder: Path, **settings: str) -> Iterator[Programs]:
    """The programs of a mall, while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Programs(folder, settings)
    try:
        yield made
    finally:
        made.close()


@dataclass(frozen=True)
class Servers:
    """A PostgreSQL and a Valkey of the test's own, to stop, kill and empty as it likes."""

    postgresql: Cluster
    valkey: Daemon

    @property
    def settings(self) -> dict[str, str]:
        return {"SATUATAP_DATABASE_URL": self.postgresql.url, "SATUATAP_BROKER_URL": self.valkey.url}


@contextlib.contextmanager
def own_servers(*, durable: bool = False) -> Iterator[Servers]:
    """Both servers, while the block runs; the test is skipped, with the reason, where one cannot be had."""
    with contextlib.ExitStack() as stack:
        try:
            cluster = Cluster(durable=durable)
            stack.callback(cluster.close)
            daemon = Daemon()
            stack.callback(daemon.close)
        except Unavailable as reason:
            pytest.skip(str(reason))
        cluster.start()
        daemon.start()
        yield Servers(cluster, daemon)


@contextlib.contextmanager
def distributed(folder: Path, servers: Servers, **settings: str) -> Iterator[Programs]:
    """The programs of a mall on these servers, migrated, nothing started yet."""
    with programs(folder, **servers.settings, **settings) as made:
        # The test's own clerk has the same.
        write_master_key(folder / "share" / "satuatap")
        assert made.run("migrate").code == 0
        yield made


def answer_of(url: str) -> tuple[int, str]:
    """Status and text of what a web server answers; 0 where nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)
