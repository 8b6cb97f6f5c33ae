"""The engine beside a model of it: any order of events, messages lost and doubled, two officers at one desk."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.engine import Connection

from routing.actions import ring
from routing.domain.audit_chain import Entry
from routing.storage import audit_log
from tests.model.office_model import OfficeMachine

WALKS = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
#: A broken engine has to be found, not explained.
HUNT = settings(WALKS, max_examples=60, phases=[Phase.generate], database=None, derandomize=True)


@pytest.fixture
def machine(sqlite_template: Path) -> type[OfficeMachine]:
    return type("Machine", (OfficeMachine,), {"template": sqlite_template})


def test_the_office_does_what_its_model_does(machine: type[OfficeMachine]) -> None:
    run_state_machine_as_test(machine, settings=WALKS)


def test_the_model_finds_an_engine_that_does_not_look_at_versions(machine: type[OfficeMachine]) -> None:
    machine.gives_seen_version = False
    with pytest.raises(AssertionError, match="StaleVersion"):
        run_state_machine_as_test(machine, settings=HUNT)


def test_the_model_finds_an_engine_that_never_rings_again(
    machine: type[OfficeMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "lease", lambda *_: timedelta(days=9_999))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=HUNT)


def test_the_model_finds_an_engine_that_forgets_an_entry(
    machine: type[OfficeMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    append = audit_log.append

    def forgetful(connection: Connection, entries: Sequence[Entry]) -> None:
        append(connection, [entry for entry in entries if entry.kind != "recalled"])

    monkeypatch.setattr(audit_log, "append", forgetful)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=HUNT)
