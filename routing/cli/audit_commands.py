"""``satuatap audit verify``: the log, checked. What else can be done with the log has a file of its own."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

app = typer.Typer(help="The audit log: verify it, export it.", no_args_is_help=True)


@app.command()
def verify(
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="One application. Absent: all.")] = None,
    state: Annotated[
        bool, typer.Option("--state", help="Also fold each application's entries and compare with the tables.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute every chain of the log, the tree and the seals over it; exit 1 and where one does not hold."""
    from routing.domain.errors import UnknownApplication
    from routing.reading.chains import verify_chains
    from routing.reading.folded_states import verify_states
    from routing.reading.sealed_chains import verify_sealed_log

    with open_office(data, needs_key=False) as office:
        report = verify_chains(office, number=number)
        # The tree is over the log as a whole: of one application alone there is none.
        sealed = verify_sealed_log(office) if number is None else None
        states = verify_states(office, number=number) if state else None
    if number is not None and report.chains == 0:
        raise UnknownApplication(number=number)
    breaks = [{"application": one.number, "seq": one.seq, "problem": one.problem} for one in report.breaks]
    for one in report.breaks:
        tell(f"{one.number}, entry {one.seq}: {one.problem}")
    words = f"{report.chains} chains, {report.entries} entries, {len(breaks)} broken."
    document: dict[str, Any] = {"chains": report.chains, "entries": report.entries, "breaks": breaks}
    if sealed is not None:
        problems = [{"where": wrong.where, "problem": wrong.problem} for wrong in sealed.problems]
        for wrong in sealed.problems:
            tell(f"{wrong.where}: {wrong.problem}")
        words += f" {sealed.leaves} leaves, {sealed.seals} seals, {sealed.waiting} entries not sealed yet, "
        words += f"{len(problems)} wrong."
        document["sealed"] = {"leaves": sealed.leaves, "seals": sealed.seals, "waiting": sealed.waiting,
                              "problems": problems}  # fmt: skip
    if states is not None:
        for one_state in states.differences:
            tell(f"{one_state.number}: {'; '.join(one_state.problems)}")
        words += f" {states.applications} applications folded, {len(states.differences)} stand elsewhere."
        document["state"] = {
            "applications": states.applications,
            "differences": [{"application": one.number, "problems": one.problems} for one in states.differences],
        }
    say(document, as_json=as_json, words=words)
    if breaks or (sealed is not None and sealed.problems) or (states is not None and states.differences):
        raise typer.Exit(1)
