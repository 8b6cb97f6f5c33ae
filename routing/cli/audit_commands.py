"""``satuatap audit verify``: the log, checked. What else can be done with the log has a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routing.domain.errors import Fault
    from routing.reading.chains import ChainReport
    from routing.reading.folded_states import StateReport
    from routing.reading.passed_over import PassedOver
    from routing.reading.sealed_chains import SealReport

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
    from routing.reading.passed_over import passed_over
    from routing.reading.sealed_chains import verify_sealed_log

    with open_office(data, needs_key=False) as office:
        report = verify_chains(office, number=number)
        # The tree is over the log as a whole: of one application alone there is none.
        sealed = verify_sealed_log(office) if number is None else None
        forgotten = passed_over(office) if number is None else None
        states = verify_states(office, number=number) if state else None
        # Compared with the checkpoints outside when the office was opened.
        missed = office.database.halted
    if number is not None and report.chains == 0:
        raise UnknownApplication(number=number)
    told = [_chains_told(report)]
    told += [_sealed_told(sealed, missed)] if sealed is not None else []
    told += [_passed_over_told(forgotten)] if forgotten is not None else []
    told += [_states_told(states)] if states is not None else []
    for one in told:
        for sentence in one.wrong:
            tell(sentence)
    document = {name: value for one in told for name, value in one.document.items()}
    say(document, as_json=as_json, words=" ".join(one.words for one in told))
    if any(one.wrong for one in told):
        raise typer.Exit(1)


class _Told(NamedTuple):
    """What one kind of check came to: a summary, its part of the answer, and a sentence for all that is wrong."""

    words: str
    document: dict[str, Any]
    wrong: list[str]


def _chains_told(report: ChainReport) -> _Told:
    breaks = [{"application": one.number, "seq": one.seq, "problem": one.problem} for one in report.breaks]
    return _Told(
        f"{report.chains} chains, {report.entries} entries, {len(breaks)} broken.",
        {"chains": report.chains, "entries": report.entries, "breaks": breaks},
        [f"{one.number}, entry {one.seq}: {one.problem}" for one in report.breaks],
    )


def _sealed_told(sealed: SealReport, missed: Fault | None) -> _Told:
    problems = [{"where": one.where, "problem": one.problem} for one in sealed.problems]
    problems += [{"where": missed.code, "problem": str(missed)}] if missed is not None else []
    counts = {"leaves": sealed.leaves, "seals": sealed.seals, "waiting": sealed.waiting}
    words = f"{sealed.leaves} leaves, {sealed.seals} seals, {sealed.waiting} entries not sealed yet, "
    return _Told(
        words + f"{len(problems)} wrong.",
        {"sealed": counts | {"problems": problems}},
        [f"{one['where']}: {one['problem']}" for one in problems],
    )


def _passed_over_told(entries: Sequence[PassedOver]) -> _Told:
    return _Told(
        f"{len(entries)} entries passed over.",
        {"passed_over": [{"application": one.number, "seq": one.seq} for one in entries]},
        [
            f"{one.number or 'office'}, entry {one.seq}: it has no leaf, though much later ones are sealed"
            for one in entries
        ],
    )


def _states_told(states: StateReport) -> _Told:
    differences = [{"application": one.number, "problems": one.problems} for one in states.differences]
    return _Told(
        f"{states.applications} applications folded, {len(differences)} stand elsewhere.",
        {"state": {"applications": states.applications, "differences": differences}},
        [f"{one.number}: {'; '.join(one.problems)}" for one in states.differences],
    )
