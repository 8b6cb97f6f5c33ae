"""``satuatap web|relay|worker|beat|migrate|health``: the parts of a distributed mall, one process each."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, new_master_key, open_office, say, tell

if TYPE_CHECKING:
    from routing.office import Office

HostOption = Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 opens it to the office's network.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0: any free one.")]
CertificateOption = Annotated[
    Path | None, typer.Option("--tls-cert", exists=True, dir_okay=False, help="Certificate chain (PEM), for https.")
]
KeyOption = Annotated[
    Path | None, typer.Option("--tls-key", exists=True, dir_okay=False, help="Private key of the certificate (PEM).")
]


def web(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    data: DataOption = None,
) -> None:
    """Serve the pages. Needs no broker."""
    from routing.cli.web_server import WebServer

    with open_office(data) as office:
        set_up(office)
        server = WebServer(office, host=host, port=port, certificate=tls_cert, key=tls_key)
        tell(f"Satu Atap listens at {server.address}")
        server.run()


def relay(data: DataOption = None) -> None:
    """Put committed hand-offs on the desks' queues; as many as wanted may run."""
    from workers.celery_app import make_app
    from workers.relay import Relay

    with open_office(data, needs_key=False) as office:
        set_up(office)
        _require_broker(office, "relay")
        running = Relay(office, make_app(office))
        on_stop(running.stop)
        tell("The relay is listening.")
        running.run()


def worker(
    desks: Annotated[str, typer.Option(metavar="PATTERN", help="Codes of desks: *, dinas-*, or a,b.")] = "*",
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Bundles carried at once.")] = 4,
    data: DataOption = None,
) -> None:
    """Serve the queues of desks; new desks are found every few seconds."""
    from workers.celery_app import make_app
    from workers.desk_worker import run_worker

    with open_office(data) as office:
        set_up(office)
        _require_broker(office, "worker")
        tell(f"The worker serves the desks {desks}")
        sys.exit(run_worker(make_app(office), office, desks, concurrency=concurrency, on_stop=on_stop))


def beat(
    schedule: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where it remembers its times. Absent: a temporary file.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Set off what is done at times; every task is safe to run twice."""
    from workers.celery_app import make_app
    from workers.clockwork import run_beat

    with open_office(data, needs_key=False) as office, tempfile.TemporaryDirectory() as temporary:
        set_up(office)
        _require_broker(office, "beat")
        tell("The beat is running.")
        run_beat(make_app(office), schedule or Path(temporary) / "beat", on_stop=on_stop)


def migrate(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Bring the database to this program's version, and make its master key where there is none yet."""
    from routing.office import Office
    from routing.settings import load_settings
    from routing.storage.migration import migrate as migrate_database
    from routing.storage.migration import version

    office = Office(load_settings(data))
    try:
        has_changed = migrate_database(office.database, office.settings.master_key)
        if office.set_up_vault():
            tell(new_master_key(office.settings.master_key))
        office.set_up_calendar()
        at = version(office.database)
    finally:
        office.close()
    words = f"The database is at {at}." if has_changed else f"The database was at {at} already."
    say({"version": at, "migrated": has_changed}, as_json=as_json, words=words)


def health(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say whether documents travel: exit 0 when they do, 3 when not, and why. The same as /health/ready."""
    from routing.web.health import readiness

    with open_office(data, needs_key=False) as office:
        answer = readiness(office)
    say(answer.model_dump(), as_json=as_json, words=" ".join([answer.status, *answer.reasons]))
    if answer.status != "ready":
        raise typer.Exit(3)


def set_up(office: Office) -> None:
    """What every part does first."""
    from routing.actions.guard_log import guard_until_closed
    from routing.telemetry import set_up_logs

    set_up_logs(office.settings.log_level)
    threading.Thread(target=guard_until_closed, args=(office,), name="guard-log", daemon=True).start()


def on_stop(stop: Callable[[], None]) -> None:
    """Has this called when somebody wants the part to end."""

    def stopping(_signal: int, _frame: object) -> None:
        # In a thread: this one is interrupted anywhere, also where it holds a lock that ``stop`` needs.
        threading.Thread(target=stop, name="stop").start()

    signal.signal(signal.SIGTERM, stopping)
    signal.signal(signal.SIGINT, stopping)


def _require_broker(office: Office, part: str) -> None:
    from routing.domain.errors import MalformedField
    from routing.settings import IN_PROCESS_BROKER

    if office.settings.broker == IN_PROCESS_BROKER:
        # Two processes would each have a broker of their own, and never meet.
        raise MalformedField(
            field="SATUATAP_BROKER_URL",
            problem=f"the {part} of a mall of many processes needs a broker of its own",
            way_out="Set SATUATAP_DATABASE_URL and SATUATAP_BROKER_URL, or run the embedded mall: satuatap up.",
        )
