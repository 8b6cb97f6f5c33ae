"""``satuatap up``: the whole mall in one process - database, published routes, courier, beat and pages."""

from __future__ import annotations

import fcntl
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, tell
from routing.cli.serve_commands import CertificateOption, HostOption, KeyOption, PortOption, set_up
from routing.domain.errors import AlreadyThere, DatabaseAway, Refusal

if TYPE_CHECKING:
    from routing.office import Office

#: The account of whoever starts the mall for the first time.
ADMINISTRATOR_CODE = "admin"
#: Held by the mall that runs on this data folder.
LOCK_FILE = "up.lock"


class AlreadyRunning(Refusal):
    """A mall is running on the data folder {folder} already. End it first, or choose another folder with --data."""

    code = "already_running"


def up(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    data: DataOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="With accounts and their passwords, to try it out.")] = False,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set everything up and start the mall; Ctrl-C ends it."""
    from routing.cli.web_server import WebServer

    with open_office(data) as office, _alone(office):
        set_up(office)
        is_halted = office.database.halted is not None
        if is_halted:
            tell(f"Nothing is published and nothing carried, the pages only show: {office.database.halted}")
        else:
            _publish(office)
        server = WebServer(office, host=host, port=port, certificate=tls_cert, key=tls_key)
        ways_in = {} if is_halted else _ways_in(office, server.address, demo=demo)
        announced = {"address": server.address, **ways_in}
        with _systems_outside(office, demo=demo), nullcontext() if is_halted else _courier(office):
            _announce(announced, as_json=as_json)
            server.run()


def _publish(office: Office) -> None:
    from routing.cli.publishing import publish_files

    outcome = publish_files(office, by="up")
    for finding in outcome.findings:
        tell(str(finding))
    for name in outcome.refused:
        tell(f"{name} was refused; the version published before stays in force.")


@contextmanager
def _alone(office: Office) -> Iterator[None]:
    """Holds the embedded mall's folder: two malls on it would each have a broker of their own, and never meet.

    The operating system lets go of it when the process ends, however it ends.
    """
    if not office.settings.is_embedded:
        yield
        return
    with alone_in(office.settings.data):
        yield


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Holds that folder while the block runs. Raises AlreadyRunning, DatabaseAway."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = (folder / LOCK_FILE).open("a")
    except OSError as error:
        # A disk that only reads, or is full; the database would say the same in a moment.
        raise DatabaseAway(DatabaseAway.__doc__) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(folder=folder) from None
        yield


@contextmanager
def _systems_outside(office: Office, *, demo: bool) -> Iterator[None]:
    """In a try-out, what automatic desks ask is simulated, unless the office has set an address."""
    if not demo or (office.settings.oss_url and office.settings.payment_url):
        yield
        return
    from workers.desks.simulators import Temper, simulating

    with simulating(Temper(pays_after=20.0)) as (address, _):
        set_up = {"oss_url": office.settings.oss_url or address}
        set_up["payment_url"] = office.settings.payment_url or address
        office.settings = office.settings.model_copy(update=set_up)
        yield


def _courier(office: Office) -> Any:
    from routing.settings import IN_PROCESS_BROKER

    if office.settings.broker != IN_PROCESS_BROKER:
        tell("Documents are carried by satuatap relay, worker and beat: start them too.")
        return nullcontext()
    from workers.embedded import courier

    office.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return courier(office, beat_file=office.settings.data / "beat")


def _ways_in(office: Office, address: str, *, demo: bool) -> dict[str, Any]:
    """The demo's accounts, or a one-time link for the first administrator."""
    if demo:
        from routing.actions.open_demo import open_demo

        accounts = open_demo(office)
        return {
            "accounts": [
                {
                    "code": one.code,
                    "name": one.name,
                    "password": one.password,
                    "role": one.role,
                    "desks": list(one.desks),
                }
                for one in accounts
            ]
        }
    from routing.actions.keep_accounts import make_link
    from routing.reading.administrators import first_administrator

    administrator = first_administrator(office)
    if administrator.can_sign_in:
        return {}
    secret = make_link(office, administrator.code or _new_administrator(office))
    return {"administrator_link": f"{address}l/{secret}"}


def _new_administrator(office: Office) -> str:
    """The first of admin, admin-2, ... that is free, or open and without a desk, made administrator; its code."""
    from routing.actions.keep_accounts import DutiesCollide, assign, open_account
    from routing.domain.people import ADMINISTRATOR

    for count in itertools.count(1):
        code = ADMINISTRATOR_CODE if count == 1 else f"{ADMINISTRATOR_CODE}-{count}"
        with suppress(AlreadyThere):
            open_account(office, code=code, name="Administrator")
        with office.transaction() as tx:
            is_closed = tx.people.account(code).is_closed
        if not is_closed:
            with suppress(DutiesCollide):
                assign(office, code, [(ADMINISTRATOR, None)])
                return code
    raise AssertionError


def _announce(announced: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(announced, ensure_ascii=False))
        return
    accounts = announced.get("accounts", ())
    code, role = (max((len(one[name]) for one in accounts), default=0) for name in ("code", "role"))
    lines = [f"Satu Atap: {announced['address']}"]
    lines += [
        f"  {one['code']:<{code}}  {one['password']}  {one['role']:<{role}}  {_at(one['desks'])}".rstrip()
        for one in accounts
    ]
    if "administrator_link" in announced:
        lines.append(f"First administrator, once, within a day: {announced['administrator_link']}")
    lines.append("Ctrl-C ends it.")
    typer.echo("\n".join(lines))


def _at(desks: list[str]) -> str:
    return f"{desks[0]} and {len(desks) - 1} more" if len(desks) > 1 else "".join(desks)
