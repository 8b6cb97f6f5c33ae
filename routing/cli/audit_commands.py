"""``satuatap audit verify``: the log, checked. What else can be done with the log has a file of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

app = typer.Typer(help="The audit log: verify it, export it.", no_args_is_help=True)


@app.command()
def verify(
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="One application. Absent: all.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute every chain of the log; exit 1 and the place where one does not hold."""
    from routing.domain.errors import UnknownApplication
    from routing.reading.chains import verify_chains

    with open_office(data, needs_key=False) as office:
        report = verify_chains(office, number=number)
    if number is not None and report.chains == 0:
        raise UnknownApplication(number=number)
    breaks = [{"application": one.number, "seq": one.seq, "problem": one.problem} for one in report.breaks]
    for one in report.breaks:
        tell(f"{one.number}, entry {one.seq}: {one.problem}")
    words = f"{report.chains} chains, {report.entries} entries, {len(breaks)} broken."
    say({"chains": report.chains, "entries": report.entries, "breaks": breaks}, as_json=as_json, words=words)
    if breaks:
        raise typer.Exit(1)
