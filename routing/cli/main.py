"""The command ``satuatap``: puts the groups together and turns what went wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from routing.cli import (
    account_commands,
    audit_commands,
    bench_commands,
    calendar_change_commands,
    calendar_commands,
    clock_commands,
    data_backup_commands,
    data_commands,
    data_keys_commands,
    serve_commands,
    workflow_commands,
)
from routing.cli.audit_export_command import export
from routing.cli.audit_marks_command import marks
from routing.cli.audit_proof_commands import bundle, log
from routing.cli.audit_receipt_command import receipt
from routing.cli.audit_signals_command import signals
from routing.cli.due_command import due
from routing.cli.incarnation_command import begin_incarnation
from routing.cli.lateness_command import lateness
from routing.cli.opening import end_with
from routing.cli.recount_command import recompute
from routing.cli.replay_command import replay
from routing.cli.route_diff_command import diff
from routing.cli.route_drawing_command import draw
from routing.cli.route_migration_command import migrate as migrate_applications
from routing.cli.sequencer_command import rotate_key, sequencer
from routing.cli.simulate_command import simulate
from routing.cli.up_command import up
from routing.cli.witness_command import witness
from routing.domain.errors import Fault, Refusal

app = typer.Typer(
    name="satuatap",
    help="Satu Atap: the document moves from desk to desk under one roof, the applicant does not.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up)
app.command()(replay)
app.command()(lateness)
for serve in (serve_commands.web, serve_commands.relay, serve_commands.worker, serve_commands.beat,
              serve_commands.migrate, serve_commands.health):  # fmt: skip
    app.command()(serve)
app.command()(sequencer)
app.command()(simulate)
app.command()(due)
workflow_commands.app.command()(draw)
workflow_commands.app.command()(diff)
workflow_commands.app.command("migrate")(migrate_applications)
app.add_typer(workflow_commands.app, name="workflow")
audit_commands.app.command()(export)
audit_commands.app.command()(marks)
audit_commands.app.command()(bundle)
audit_commands.app.command()(log)
audit_commands.app.command()(rotate_key)
audit_commands.app.command()(receipt)
audit_commands.app.command()(signals)
audit_commands.app.command()(begin_incarnation)
audit_commands.app.command()(witness)
app.add_typer(audit_commands.app, name="audit")
app.add_typer(clock_commands.app, name="clock")
app.add_typer(account_commands.app, name="account")
calendar_change_commands.add_change_commands(calendar_commands.app)
calendar_commands.app.command()(recompute)
app.add_typer(calendar_commands.app, name="calendar")
data_backup_commands.add_backup_commands(data_commands.app)
data_commands.app.add_typer(data_keys_commands.app, name="keys")
app.add_typer(data_commands.app, name="data")
app.add_typer(bench_commands.app, name="bench")


def main() -> None:
    """Runs the command named on the command line."""
    from pydantic import ValidationError

    as_json = "--json" in sys.argv
    try:
        app()
    except (Refusal, Fault) as error:
        end_with(error, as_json=as_json)
    except ValidationError as error:
        # Only settings are validated this far out.
        first = error.errors()[0]
        end_with(_malformed_setting(first["loc"], first["msg"].removeprefix("Value error, ")), as_json=as_json)
    except BrokenPipeError:
        # Whoever read the output has gone, `head` for one; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is a fault and not a refusal
        traceback.print_exc()
        end_with(Fault(f"{type(error).__name__}: {error}"), as_json=as_json)


def _malformed_setting(where: tuple[int | str, ...], problem: str) -> Refusal:
    from routing.domain.errors import MalformedField

    name = "SATUATAP_" + "_".join(str(part) for part in where).upper()
    return MalformedField(field=name, problem=problem, way_out="Correct it, or remove it for the default.")
