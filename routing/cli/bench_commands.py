"""``satuatap bench`` and its kind: how fast this machine carries documents, on ground of its own."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, say, tell

if TYPE_CHECKING:
    from routing.settings import Settings
    from workers.bench.measurement import Plan

app = typer.Typer(
    help="How many moves a second, how soon in the next inbox: measured in a throwaway database.",
    invoke_without_command=True,
)

DocumentsOption = Annotated[
    int, typer.Option("--documents", min=1, max=1_000_000, help="Documents that walk the six desks.")
]
RateOption = Annotated[
    float, typer.Option("--rate", min=0.1, max=10_000, help="Decisions a second of the steady pace.")
]
ClerksOption = Annotated[int, typer.Option("--clerks", min=1, max=64, help="Clerks who decide at once.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=16, help="Worker processes of a distributed mall.")]


@app.callback()
def bench(
    context: typer.Context,
    documents: DocumentsOption = 500,
    rate: RateOption = 50.0,
    clerks: ClerksOption = 8,
    workers: WorkersOption = 1,
    pages: Annotated[bool, typer.Option(help="Also measure decisions through the pages.")] = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure moves a second and the time from a decision to the next inbox; nothing of it stays."""
    if context.invoked_subcommand is not None:
        return
    from workers.bench.measurement import measure

    settings, plan = _prepared(data, documents=documents, rate=rate, clerks=clerks, workers=workers, pages=pages)
    figures = measure(settings, plan, tell)
    words = (
        f"{figures['moves_per_second']} moves/s with {figures['documents']} documents on {figures['database']}; "
        f"decision to inbox p50 {figures['decision_to_inbox_ms']['p50']} ms, "
        f"p99 {figures['decision_to_inbox_ms']['p99']} ms."
    )
    if pages:
        words += f" Through the pages: {figures['http_moves_per_second']} moves/s."
    say(figures, as_json=as_json, words=words)


@app.command()
def limit(
    documents: DocumentsOption = 500,
    rate: RateOption = 50.0,
    clerks: ClerksOption = 8,
    workers: WorkersOption = 1,
    rounds: Annotated[int, typer.Option(min=1, max=99, help="How often each is measured, in turn.")] = 5,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """The same beside pgbench with the same rows, and beside plain Celery, in one run; PostgreSQL only."""
    from workers.bench.limit import measure_limit

    settings, plan = _prepared(data, documents=documents, rate=rate, clerks=clerks, workers=workers)
    figures = measure_limit(settings, plan, tell, rounds=rounds)
    words = (
        f"{figures['moves_per_second']} moves/s, {figures['ratio_to_pgbench']:.1%} of what pgbench writes "
        f"({figures['pgbench_per_second']}/s); plain Celery carries {figures['celery_per_second']} hand-offs/s; "
        f"decision to inbox p50 {figures['decision_to_inbox_ms']['p50']} ms, "
        f"p99 {figures['decision_to_inbox_ms']['p99']} ms."
    )
    say(figures, as_json=as_json, words=words)


@app.command()
def language(
    services: Annotated[int, typer.Option(min=1, max=10_000, help="Services of the office that is read.")] = 200,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How long an office of so many services takes to read, and one of its conditions to judge."""
    from routing.catalogue.workflow_files import default_folder
    from routing.settings import load_settings
    from workers.bench.language import measure_language

    figures = measure_language(load_settings(data).workflows or default_folder(), services)
    words = (
        f"{figures['services']} services read and checked in {figures['read_and_check_seconds']} s "
        f"({figures['read_and_check_processor_seconds']} s of the processor), from the books in "
        f"{figures['from_the_books_seconds']} s; a condition takes {figures['condition_microseconds']} microseconds."
    )
    say(figures, as_json=as_json, words=words)


@app.command()
def recount(
    applications: Annotated[int, typer.Option(min=1, max=1_000_000, help="Open applications.")] = 100_000,
    rate: RateOption = 50.0,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How long a change of the calendar takes to reach every open application while desks decide."""
    from workers.bench.recounting import measure_recount

    settings = _settings(data)
    figures = measure_recount(settings, applications=applications, rate=rate, tell=tell)
    words = (
        f"{figures['applications']} applications recounted in {figures['seconds']} s "
        f"({figures['applications_per_second']}/s) on {figures['database']}, {figures['moved']} due dates moved; "
        f"a decision meanwhile p50 {figures['decision_ms']['p50']} ms, p99 {figures['decision_ms']['p99']} ms."
    )
    say(figures, as_json=as_json, words=words)


@app.command()
def due(
    applications: Annotated[
        int, typer.Option(min=1000, max=10_000_000, help="Applications in the database, one in twenty of them open.")
    ] = 1_000_000,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How long the server takes for what is asked by `satuatap due` and the deadline board; PostgreSQL only.

    A million applications take a few minutes to write and 4 GB of the server's disk, in a database that is dropped.
    """
    from routing.settings import load_settings
    from workers.bench.due_times import measure_due

    # So that what was made is dropped however the measurement ends; Ctrl-C does the same by itself.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    figures = measure_due(load_settings(data), applications, tell)
    lines = [f"{'milliseconds of the server':40} {'queries':>7} {'median':>8} {'max':>8} {'first':>8}"]
    lines += [
        f"{name:40} {one['queries']:>7} {one['median']:>8} {one['max']:>8} {one['first_max']:>8}"
        for name, one in figures["milliseconds"].items()
    ]
    say(figures, as_json=as_json, words="\n".join(lines))


@app.command()
def search(
    entries: Annotated[int, typer.Option(min=1000, max=100_000_000, help="Entries of the log.")] = 1_000_000,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How long the server takes for what an auditor asks of a log that large; PostgreSQL only.

    A million entries take about two minutes to write and 1.5 GB of the server's disk, in a database that is dropped.
    """
    from routing.settings import load_settings
    from workers.bench.searching import measure_search

    # So that what was made is dropped however the measurement ends; Ctrl-C does the same by itself.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    figures = measure_search(load_settings(data), entries, tell)
    lines = [f"{'milliseconds of the server':40} {'queries':>7} {'median':>8} {'max':>8}"]
    lines += [
        f"{name:40} {one['queries']:>7} {one['median']:>8} {one['max']:>8}"
        for name, one in figures["milliseconds"].items()
    ]
    lines.append(f"The index follows {figures['indexed_per_second']} entries a second.")
    say(figures, as_json=as_json, words="\n".join(lines))


@app.command()
def audit(
    entries: Annotated[int, typer.Option(min=1_000, max=20_000_000, help="Entries in the log.")] = 200_000,
    formats: Annotated[
        str, typer.Option("--formats", metavar="A,B", help="What it is exported as; several with commas, or none.")
    ] = "csv,jsonl,xes,ocel-json",
    rounds: Annotated[
        int, typer.Option(min=0, max=99, help="How often moves with and without the chain are compared.")
    ] = 5,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the chain costs a move, and how fast a long log is sealed, proven, verified and exported.

    In databases that are dropped. Ten million entries take 12 GB of the server's disk and about half an hour.
    """
    from routing.settings import load_settings
    from workers.bench.auditing import measure_audit
    from workers.bench.log_programs import FORMATS

    wanted = [one for one in formats.split(",") if one and one != "none"]
    if unknown := [one for one in wanted if one not in FORMATS]:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(FORMATS)}", param_hint="--formats")
    # So that what was made is dropped however the measurement ends; Ctrl-C does the same by itself.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    figures = measure_audit(load_settings(data), entries=entries, formats=wanted, rounds=rounds, tell=tell)
    say(figures, as_json=as_json, words="\n".join(_audit_lines(figures)))


def _audit_lines(figures: dict[str, Any]) -> list[str]:
    cost, proof = figures["chain_cost"], figures["proof_ms"]
    lines = [f"{figures['entries']} entries on {figures['database']}, {figures['problems']} problems."]
    if cost is not None:
        lines.append(
            f"Chain and triggers cost {cost['share_of_throughput']:.1%} of the throughput ({cost['moves_per_second']} "
            f"moves/s, {cost['moves_per_second_without']} without; all rounds: "
            f"{' to '.join(f'{share:.1%}' for share in cost['shares_of_the_rounds'])}); processor time a move "
            f"{cost['processor_ms_per_move']} ms, {cost['processor_ms_per_move_without']} ms without."
        )
    lines.append(f"A proof takes p50 {proof['p50']} ms, p99 {proof['p99']} ms.")
    lines.append(f"{'entries':34} {'a second':>10} {'a CPU s':>10} {'peak MB':>8}")
    rates = {"sealed": figures["sealed"], "leaves verified": figures["leaves_verified"],
             "satuatap audit verify": figures["verify"], "satuatap audit log": figures["written"],
             "satuatap-verify": figures["verified"]}  # fmt: skip
    rates |= {f"satuatap audit export {name}": one for name, one in figures["exports"].items()}
    lines += [
        f"{name:34} {one['entries_per_second']:>10} {one['entries_per_cpu_second']:>10} {one.get('peak_mb', ''):>8}"
        for name, one in rates.items()
    ]
    return lines


def _prepared(data: Any, **plan: Any) -> tuple[Settings, Plan]:
    from workers.bench.measurement import Plan

    return _settings(data), Plan(**plan)


def _settings(data: Any) -> Settings:
    from routing.domain.errors import MalformedField
    from routing.settings import IN_PROCESS_BROKER, load_settings

    settings = load_settings(data)
    if not settings.is_embedded and settings.broker == IN_PROCESS_BROKER:
        raise MalformedField(
            field="SATUATAP_BROKER_URL",
            problem="a measurement on PostgreSQL starts several processes, which need a broker between them",
            way_out="Set it to redis://HOST:PORT/NUMBER, or measure the embedded mall with --data DIR.",
        )
    # So that what was made is dropped however the measurement ends; Ctrl-C does the same by itself.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    return settings
