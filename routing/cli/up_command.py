"""``satuatap up``: the whole mall in one process - database, published routes, courier, beat and pages."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, tell
from routing.cli.serve_commands import CertificateOption, HostOption, KeyOption, PortOption

if TYPE_CHECKING:
    from routing.office import Office

#: The account of whoever starts the mall for the first time.
ADMINISTRATOR_CODE = "admin"


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
    from routing.cli.publishing import publish_files
    from routing.cli.web_server import WebServer
    from routing.telemetry import set_up_logs

    with open_office(data) as office:
        set_up_logs(office.settings.log_level)
        outcome = publish_files(office, by="up")
        for finding in outcome.findings:
            tell(str(finding))
        for name in outcome.refused:
            tell(f"{name} was refused; the version published before stays in force.")
        server = WebServer(office, host=host, port=port, certificate=tls_cert, key=tls_key)
        announced = {"address": server.address, **_ways_in(office, server.address, demo=demo)}
        with _courier(office):
            _announce(announced, as_json=as_json)
            server.run()


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
                {"code": one.code, "name": one.name, "password": one.password, "role": one.role, "desk": one.desk}
                for one in accounts
            ]
        }
    from routing.actions.keep_accounts import assign, make_link, open_account
    from routing.domain.people import ADMINISTRATOR
    from routing.reading.administrators import first_administrator

    administrator = first_administrator(office)
    if administrator.can_sign_in:
        return {}
    if administrator.code is None:
        open_account(office, code=ADMINISTRATOR_CODE, name="Administrator")
        assign(office, ADMINISTRATOR_CODE, [(ADMINISTRATOR, None)])
    secret = make_link(office, administrator.code or ADMINISTRATOR_CODE)
    return {"administrator_link": f"{address}l/{secret}"}


def _announce(announced: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(announced, ensure_ascii=False))
        return
    lines = [f"Satu Atap: {announced['address']}"]
    lines += [
        f"  {one['code']:<8} {one['password']:<16} {one['role']:<20} {one['desk'] or ''}".rstrip()
        for one in announced.get("accounts", ())
    ]
    if "administrator_link" in announced:
        lines.append(f"First administrator, once, within a day: {announced['administrator_link']}")
    lines.append("Ctrl-C ends it.")
    typer.echo("\n".join(lines))
