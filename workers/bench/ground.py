"""A mall of the measurement's own: a throwaway database, a corner of the broker, the published route, its clerks.

An embedded one is a folder beside the data it would otherwise live with, so that the disk is the office's disk.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import routing
from routing.actions.keep_accounts import assign, open_account
from routing.actions.publish import publish, publish_office
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.errors import DataFolderUnusable, Fault
from routing.office import Office
from routing.settings import IN_PROCESS_BROKER, PREFIX, Settings
from routing.storage.migration import migrate
from routing.storage.throwaway import throwaway_database
from workers.celery_app import make_app

SERVICE = "sip-dokter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a measurement takes place."""

    settings: Settings
    #: the environment of the processes that take part
    environment: dict[str, str]
    #: accounts by clerk and step: (clerk, step) -> person id
    people: dict[tuple[int, str], int]


@contextmanager
def measuring_ground(settings: Settings, *, clerks: int) -> Iterator[Ground]:
    """A new mall with people for so many clerks; nothing of it is left afterwards.

    Raises MayNotCreateDatabase, DataFolderUnusable, DatabaseAway.
    """
    if settings.database_url is None:
        with _folder(settings.data) as folder:
            yield _opened(settings.model_copy(update={"data": folder, "master_key_file": None}), clerks)
        return
    with throwaway_database(settings.database_url.get_secret_value()) as address, tempfile.TemporaryDirectory() as here:
        ours = settings.model_copy(
            update={
                "data": Path(here),
                "master_key_file": None,
                "database_url": SecretStr(address),
                # Whoever works on the same Redis neither sees these queues nor is seen.
                "broker_prefix": f"satuatap-bench-{secrets.token_hex(5)}:",
            }
        )
        try:
            yield _opened(ours, clerks)
        finally:
            forget_corner(ours)


def forget_corner(settings: Settings) -> None:
    """Deletes whatever the measurement left at the broker."""
    if settings.broker == IN_PROCESS_BROKER:
        return
    office = Office(settings)
    try:
        with make_app(office).connection_for_write() as connection:
            channel: Any = connection.default_channel
            client = channel.client
            prefix = settings.broker_prefix
            # The client puts the prefix before the keys it deletes, and not before a pattern.
            for key in client.scan_iter(match=f"{prefix}*", count=1000):
                client.delete(key.decode().removeprefix(prefix))
    finally:
        office.close()


def _opened(settings: Settings, clerks: int) -> Ground:
    office = Office(settings)
    try:
        migrate(office.database)
        office.set_up_vault()
        office.set_up_calendar()
        folder = settings.workflows or default_folder()
        plan, _ = read_office(folder / "office")
        workflow, _ = read_workflow(folder / f"{SERVICE}.yaml", plan)
        if plan is None or workflow is None:
            message = f"The route {SERVICE} in {folder} cannot be published; satuatap workflow check says why."
            raise Fault(message)
        publish_office(office, plan.units, plan.desks, plan.roles)
        publish(office, workflow, by="bench")
        people = {}
        for clerk in range(clerks):
            for code, step in workflow.steps.items():
                account = f"bench-{clerk}-{code}"
                people[clerk, code] = open_account(office, code=account, name=f"Clerk {clerk} at {code}")
                assign(office, account, [(step.roles[0], step.desks[0])])
    finally:
        office.close()
    return Ground(settings=settings, environment=_environment(settings), people=people)


def _environment(settings: Settings) -> dict[str, str]:
    """What the processes of this mall are started with: its settings and nobody else's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    code = str(Path(routing.__file__).parents[1])
    ours["PYTHONPATH"] = os.pathsep.join(filter(None, (code, ours.get("PYTHONPATH"))))
    ours[f"{PREFIX}DATA"] = str(settings.data)
    if settings.workflows is not None:
        ours[f"{PREFIX}WORKFLOWS"] = str(settings.workflows)
    if settings.database_url is not None:
        ours[f"{PREFIX}DATABASE_URL"] = settings.database_url.get_secret_value()
        ours[f"{PREFIX}BROKER_URL"] = settings.broker
        ours[f"{PREFIX}BROKER_PREFIX"] = settings.broker_prefix
    return ours


@contextmanager
def _folder(data: Path) -> Iterator[Path]:
    was_there = data.is_dir()
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = tempfile.TemporaryDirectory(prefix="bench-", dir=data)
    except OSError as error:
        raise DataFolderUnusable(folder=data, problem=error.strerror or str(error)) from None
    try:
        with made as folder:
            yield Path(folder)
    finally:
        if not was_there:
            # Somebody else may have begun to use it meanwhile.
            with suppress(OSError):
                data.rmdir()
