"""Holds compose.yaml to what an office needs: nothing runs as root, nothing is open, and every queue is served.

Containers are not started here; their exact commands are, as processes, against a real PostgreSQL and a real Valkey.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from pydantic import SecretStr

from routing.office import Office
from routing.settings import PREFIX, Settings
from tests.acceptance.processes import Programs, Running, Servers, own_servers, programs, until
from tests.databases import MASTER_KEY
from tests.servers.ports import free_port
from workers.celery_app import CLOCKWORK_QUEUE, make_app, queue_named
from workers.deliver import DELIVER

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PARTS = {name: one for name, one in SERVICES.items() if one.get("command", [""])[0] == "satuatap"}
ONE_SHOTS = {name for name, one in SERVICES.items() if one.get("restart") == "no"}
#: Where the sequencer's container, and no other, keeps the key of the log.
_LOG_KEY = "/var/lib/satuatap/log.key"
DESKS = [one["code"] for one in yaml.safe_load((ROOT / "workflows/office/desks.yaml").read_text(encoding="utf-8"))]
#: Where the containers find their password and write what libpq reads.
_SECRET, _MASTER_KEY, _PASSWORD_FILE = "/run/secrets/database_password", "/run/secrets/master_key", "/tmp/pgpass"  # noqa: S108 - paths in a container


def test_every_part_of_a_mall_is_there() -> None:
    assert {one["command"][1] for one in PARTS.values()} >= {"web", "relay", "worker", "beat", "sequencer", "migrate"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_or_ends_by_itself(name: str) -> None:
    if name in ONE_SHOTS:
        assert "healthcheck" not in SERVICES[name]
        return
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)
    assert SERVICES[name]["restart"] in ("always", "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_does_not_run_as_root(name: str) -> None:
    assert str(SERVICES[name]["user"]).split(":")[0] not in ("", "0", "root")


@pytest.mark.parametrize("name", PARTS)
def test_a_part_cannot_change_its_container_nor_rise_above_itself(name: str) -> None:
    part = SERVICES[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in part["security_opt"]


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_one_certain_version(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].rpartition("/")[2].partition(":")
    assert tag
    assert not tag.startswith("latest")


def test_our_own_image_has_the_version_of_the_program_and_installs_only_what_is_locked() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for part in PARTS.values():
        assert part["image"].endswith(f":{version}")
        recipe = part["build"]["dockerfile_inline"]
        assert "--require-hashes" in recipe
        assert "requirements.lock" in recipe
        assert "\nUSER " in recipe


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_file(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        names_a_secret = any(word in key for word in ("PASSWORD", "SECRET", "TOKEN", "PGPASS"))
        assert not names_a_secret or str(value).startswith("/"), key
        if "://" in str(value):
            assert ":" not in value.partition("://")[2].partition("@")[0] or "@" not in value, key


def test_the_password_is_neither_committed_nor_copied_into_the_image() -> None:
    for secret in COMPOSE["secrets"].values():
        folder = Path(secret["file"]).parts[0]
        assert folder in {line.strip("/") for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()}
        ignored = subprocess.run(["git", "check-ignore", "-q", secret["file"]], cwd=ROOT, check=False)
        assert ignored.returncode in (0, 128), "committed by mistake; 128: this is no git clone"


@pytest.mark.parametrize("name", SERVICES)
def test_only_this_machine_reaches_what_is_open(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert str(port).startswith("127.0.0.1:")


def test_a_container_may_read_the_measurements_and_what_comes_through_the_gateway_may_not() -> None:
    (network,) = COMPOSE["networks"]["mall"]["ipam"]["config"]
    may_read = IPv4Network(SERVICES["web"]["environment"]["SATUATAP_METRICS"])
    containers, gateway = IPv4Network(network["ip_range"]), network["gateway"]
    assert containers.subnet_of(IPv4Network(network["subnet"]))
    assert containers.subnet_of(may_read)
    assert IPv4Address(gateway) not in may_read
    assert SERVICES["web"]["environment"]["SATUATAP_TRUSTED_PROXIES"] == gateway


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_starts_before_what_it_needs(name: str) -> None:
    needs = SERVICES[name].get("depends_on", {})
    for needed, how in needs.items():
        wanted = "service_completed_successfully" if needed in ONE_SHOTS else "service_healthy"
        assert how["condition"] == wanted, f"{name} needs {needed}"
    command = SERVICES[name].get("command", [""])
    if command[:2] == ["satuatap", "migrate"]:
        assert "postgres" in needs
    elif name in PARTS:
        assert "migrate" in needs
    if command[1:2] and command[1] in ("relay", "worker", "beat"):
        assert "redis" in needs


@pytest.mark.parametrize("name", PARTS)
def test_the_master_key_is_given_to_whom_it_serves_and_to_nobody_else(name: str) -> None:
    opens_personal_data = PARTS[name]["command"][1] in ("migrate", "web", "worker")
    assert ("master_key" in PARTS[name]["secrets"]) == opens_personal_data


def test_the_log_is_sealed_by_one_part_and_its_key_lies_where_no_other_can_reach_it() -> None:
    (sequencer,) = [name for name, part in PARTS.items() if part["command"][1] == "sequencer"]
    assert PARTS[sequencer]["environment"]["SATUATAP_LOG_KEY_FILE"] == _LOG_KEY
    (volume,) = PARTS[sequencer]["volumes"]
    assert _LOG_KEY.startswith(volume.partition(":")[2])
    for name, part in SERVICES.items():
        mounted = {one.partition(":")[0] for one in part.get("volumes", [])}
        assert (volume.partition(":")[0] in mounted) == (name == sequencer)


@pytest.mark.parametrize("name", PARTS)
def test_the_settings_of_a_part_are_settings_of_the_program(name: str) -> None:
    ours = {key for key in PARTS[name]["environment"] if key.startswith(PREFIX)}
    assert ours <= {PREFIX + one.upper() for one in Settings.model_fields}


def test_every_desk_of_the_office_has_a_worker() -> None:
    patterns = [
        pattern
        for part in PARTS.values()
        if part["command"][1] == "worker"
        for pattern in part["command"][part["command"].index("--desks") + 1].split(",")
    ]
    assert [desk for desk in DESKS if not any(fnmatch.fnmatchcase(desk, one.strip()) for one in patterns)] == []


class Container:
    """A service's command and entrypoint, as they stand in the file, with this machine's paths and ports."""

    def __init__(self, folder: Path, servers: Servers, port: int) -> None:
        self._folder, self._servers, self._port = folder, servers, port
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        # What the image makes: `satuatap` and `python` on the path.
        for name, words in (("satuatap", "-m routing "), ("python", "")):
            (bin_folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n', encoding="utf-8")
            (bin_folder / name).chmod(0o755)
        (folder / "password").write_text("not a real one", encoding="utf-8")
        (folder / "master_key").write_text(MASTER_KEY, encoding="utf-8")
        self.password_file = folder / "pgpass"

    def words(self, name: str) -> list[str]:
        part = PARTS[name]
        return [self._here(word) for word in [*part["entrypoint"], *part["command"]]]

    def check(self, name: str) -> list[str]:
        return [self._here(word) for word in PARTS[name]["healthcheck"]["test"][1:]]

    def environment(self, name: str) -> dict[str, str]:
        given = {key: self._here(str(value)) for key, value in PARTS[name]["environment"].items()}
        assert set(self._servers.settings) <= set(given)
        return given | self._servers.settings | {"PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}"}

    def _here(self, word: str) -> str:
        there = {
            "$$": "$",
            _SECRET: str(self._folder / "password"),
            _MASTER_KEY: str(self._folder / "master_key"),
            _PASSWORD_FILE: str(self.password_file),
            "/tmp/beat": str(self._folder / "beat"),  # noqa: S108 - a path in a container
            _LOG_KEY: str(self._folder / "log.key"),
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - replaced, not bound
            "8000": str(self._port),
        }
        for place, here in there.items():
            word = word.replace(place, here)
        return word


@pytest.fixture
def servers() -> Iterator[Servers]:
    with own_servers() as made:
        yield made


def test_every_command_runs_and_every_queue_is_served(servers: Servers, tmp_path: Path) -> None:
    container = Container(tmp_path, servers, free_port())
    with programs(tmp_path / "out") as made:

        def start(name: str) -> Running:
            return made.start_command(container.words(name), name, container.environment(name))

        for name in sorted(ONE_SHOTS & set(PARTS), key=lambda name: PARTS[name]["command"][1] != "migrate"):
            done = start(name).wait()
            assert done.code == 0, done.stderr
        assert container.password_file.read_text(encoding="utf-8") == "*:*:*:*:not a real one\n"
        assert container.password_file.stat().st_mode & 0o077 == 0, "libpq ignores a file that others may read"
        running = {name: start(name) for name in PARTS if name not in ONE_SHOTS}
        for name in running:
            until(lambda name=name: is_healthy(made, container, name), f"{name} is healthy")  # type: ignore[misc]
        assert_every_queue_is_served(servers)
        for name, one in running.items():
            ended = one.end_by(signal.SIGTERM)
            assert ended.code == 0, f"{name}: {ended.stderr}"


def is_healthy(made: Programs, container: Container, name: str) -> bool:
    environment = made.environment | container.environment(name)
    check = subprocess.run(container.check(name), env=environment, check=False, capture_output=True, cwd=made.folder)
    return check.returncode == 0


def assert_every_queue_is_served(servers: Servers) -> None:
    """An empty bundle on each queue, the clockwork's too, is taken by somebody."""
    database, broker = (SecretStr(url) for url in servers.settings.values())
    office = Office(Settings(database_url=database, broker_url=broker))
    queues = [*(f"desk.{desk}" for desk in DESKS), CLOCKWORK_QUEUE]
    app = make_app(office)
    with contextlib.closing(redis.Redis.from_url(servers.valkey.url)) as client, contextlib.closing(office):
        for name in queues:
            app.amqp.queues.add(queue_named(name))
            app.send_task(DELIVER, args=([],), queue=name)
        until(lambda: [name for name in queues if client.llen(f"satuatap:{name}")] == [], "every queue is served")
        app.close()
