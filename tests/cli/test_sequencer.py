"""The sequencer seals until it is ended, and its key is rotated by a command."""

import json
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from routing.actions.seal import begin_log, seal, seal_until
from routing.cli.main import main
from routing.domain.checkpoints import VerifierKey
from routing.reading.sealed_chains import verify_sealed_log
from routing.vault.log_key import read_signing_key
from tests.clock import Clock
from tests.mall import Mall
from tests.waiting import wait_until


def run(monkeypatch: pytest.MonkeyPatch, data: Path, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--data", str(data)])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_it_seals_until_it_is_told_to_stop_and_tries_again_after_a_trouble(mall: Mall, clock: Clock) -> None:
    office = mall.office
    office.settings = office.settings.model_copy(update={"seal_seconds": 0.02})
    begin_log(office)
    key = office.settings.log_key.read_bytes()
    office.settings.log_key.unlink()
    stopped = threading.Event()
    thread = threading.Thread(target=seal_until, args=(office, stopped))
    thread.start()
    try:
        mall.registers()
        clock.advance(timedelta(minutes=1))
        assert verify_sealed_log(office).seals == 0
        office.settings.log_key.write_bytes(key)
        office.settings.log_key.chmod(0o600)
        wait_until("it has sealed what is there", lambda: verify_sealed_log(office).leaves == 3)
    finally:
        stopped.set()
        thread.join()
    assert verify_sealed_log(office).problems == ()


def test_the_key_is_rotated_and_the_log_still_verifies(
    sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = sqlite_mall.office.settings.data
    assert run(monkeypatch, data, "audit", "rotate-key", "--json") == 3
    assert "has not begun" in json.loads(capsys.readouterr().out)["error"]["message"]
    seal(sqlite_mall.office)
    before = begin_log(sqlite_mall.office).key.text
    assert run(monkeypatch, data, "audit", "rotate-key", "--by", "kepala", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["before"] == before
    assert said["key"] == VerifierKey.of(said["origin"], read_signing_key(data / "log.key")).text
    assert run(monkeypatch, data, "audit", "verify", "--json") == 0
    sealed = json.loads(capsys.readouterr().out)["sealed"]
    assert sealed == {"leaves": 2, "seals": 2, "waiting": 0, "problems": []}
