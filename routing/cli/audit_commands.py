"""``satuatap audit verify`` and ``export``: the log, checked and carried out of the house."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell
from routing.domain.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.reading.log_export import ExportedEntry

app = typer.Typer(help="The audit log: verify it, export it.", no_args_is_help=True)

_COLUMNS = ("application", "case", "service", "seq", "at", "kind", "actor", "role", "desk", "step", "activity",
            "decision", "to", "hash")  # fmt: skip


class UnwritableFile(Refusal):
    """{file} cannot be written: {problem}. Name a file in a folder that is there and that you may write in."""

    code = "unwritable_file"


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSONL = "jsonl"
    XES = "xes"


@app.command()
def verify(
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="One application. Absent: all.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute every chain of the log, the tree and the seals over it; exit 1 and where one does not hold."""
    from routing.domain.errors import UnknownApplication
    from routing.reading.chains import verify_chains
    from routing.reading.sealed_chains import verify_sealed_log

    with open_office(data, needs_key=False) as office:
        report = verify_chains(office, number=number)
        # The tree is over the log as a whole: of one application alone there is none.
        sealed = verify_sealed_log(office) if number is None else None
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
    say(document, as_json=as_json, words=words)
    if breaks or (sealed is not None and sealed.problems):
        raise typer.Exit(1)


@app.command()
def export(
    as_format: Annotated[Format, typer.Option("--format", help="csv, jsonl or xes.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Absent: standard output.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also submissions, arrivals, claims, recalls.")] = False,
    service: Annotated[str | None, typer.Option(help="Only applications of this service.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the log to a file: one line or event a decision. A file appears whole or not at all."""
    from routing.actions.note_reading import note_reading
    from routing.domain.errors import MalformedField
    from routing.domain.log_reading import CONSOLE, EXPORTED, Reading
    from routing.reading.log_export import export_entries

    if as_json and output is None:
        raise MalformedField(
            field="--json", problem="the export itself goes to standard output", way_out="Give -o FILE."
        )
    writers = {Format.CSV: _write_csv, Format.JSONL: _write_jsonl, Format.XES: _write_xes}
    with open_office(data, needs_key=False) as office:
        if service is not None:
            # Refused by name: an export without a line would be taken for a service without a decision.
            office.book_in_force(service)
        asked = {"list": "export", "format": as_format.value} | ({"service": service} if service is not None else {})
        # Before a byte of it is out of the house.
        note_reading(office, Reading(kind=EXPORTED, actor=CONSOLE, way="command line", question=asked))
        with _opened(output) as stream:
            counted = _Counted(export_entries(office, service=service, everything=everything))
            writers[as_format](counted, stream)
    tell(f"{counted.count} entries written.")
    if as_json:
        say({"entries": counted.count, "file": str(output)}, as_json=True, words="")


class _Counted:
    """Entries on their way through, counted."""

    def __init__(self, entries: Iterable[ExportedEntry]) -> None:
        self._entries = entries
        self.count = 0

    def __iter__(self) -> Iterator[ExportedEntry]:
        for entry in self._entries:
            self.count += 1
            yield entry


def _write_csv(entries: Iterable[ExportedEntry], stream: BinaryIO) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    for entry in entries:
        rows.writerow([harmless(value) for value in _row(entry).values()])
    text.detach()


def _write_jsonl(entries: Iterable[ExportedEntry], stream: BinaryIO) -> None:
    for entry in entries:
        row = _row(entry) | {"said": dict(entry.said), "body": entry.body.decode()}
        stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _write_xes(entries: Iterable[ExportedEntry], stream: BinaryIO) -> None:
    from routing.formats.xes_writer import XesWriter

    number = None
    with XesWriter(stream, name="Satu Atap") as log:
        for entry in entries:
            if entry.number != number:
                number = entry.number
                facts = {key: value for key, value in entry.facts.items() if value is not None}
                log.case(entry.case, {"satuatap:number": entry.number, "satuatap:service": entry.service, **facts})
            log.event(
                activity=entry.activity,
                at=entry.at,
                resource=entry.actor if entry.kind != "arrived" else f"auto.{entry.desk}",
                group=entry.desk_name,
                role=entry.role,
                step=entry.step,
                decision=entry.decision or entry.kind,
            )


def _row(entry: ExportedEntry) -> dict[str, str | int | None]:
    values = (entry.number, entry.case, entry.service, entry.seq, entry.at.isoformat(), entry.kind, entry.actor,
              entry.role, entry.desk, entry.step, entry.activity, entry.decision, entry.said.get("to"),
              entry.hash.hex())  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def harmless(value: str | int | None) -> str | int | None:
    """A cell a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    if output.is_dir():
        raise UnwritableFile(file=output, problem=os.strerror(errno.EISDIR))
    half = output.with_name(output.name + ".part")
    try:
        opened = half.open("wb")
    except OSError as error:
        raise UnwritableFile(file=output, problem=error.strerror or str(error)) from None
    try:
        with opened as stream:
            yield stream
        half.replace(output)
    finally:
        half.unlink(missing_ok=True)
