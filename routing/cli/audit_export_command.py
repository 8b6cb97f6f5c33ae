"""``satuatap audit export``: the log, carried out of the house."""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from routing.cli.export_file import ExportFile, Mark
from routing.cli.opening import DataOption, JsonOption, open_office, say, tell
from routing.domain.errors import MalformedField
from routing.domain.log_reading import CONSOLE

if TYPE_CHECKING:
    from routing.formats.exported_log import LogWriter
    from routing.office import Office
    from routing.reading.log_export import ExportWanted

#: After so many entries an export is marked, to be continued from there.
_ENTRIES_BETWEEN_MARKS = 20_000
_SECONDS_BETWEEN_WORDS = 2.0
#: Some batches of applications; what is never looked for would never be found.
_OBJECTS_BETWEEN_LOOKS = 200_000


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSONL = "jsonl"
    XES = "xes"
    OCEL_JSON = "ocel-json"
    OCEL_SQLITE = "ocel-sqlite"


#: In these, officers have pseudonyms always: they are objects whose whole working life lies in the file.
_UNDER_PSEUDONYMS = (Format.OCEL_JSON, Format.OCEL_SQLITE)


def export(
    as_format: Annotated[
        Format, typer.Option("--format", help="csv, jsonl, xes, ocel-json or ocel-sqlite.")
    ] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Absent: standard output.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also submissions, arrivals, claims, recalls.")] = False,
    service: Annotated[str | None, typer.Option(help="Only applications of this service.")] = None,
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Officers under pseudonyms; OCEL has them always.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the export that was interrupted.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="ACCOUNT", help="Who does it; stands in the log.")] = CONSOLE,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the log to a file: one line or event a decision. A file appears whole or not at all, with its SHA-256."""
    _require_file(output, as_format, as_json=as_json, resume=resume)
    pseudonyms = pseudonyms or as_format in _UNDER_PSEUDONYMS
    plan = {"format": as_format.value, "service": service, "everything": everything, "pseudonyms": pseudonyms}
    file = ExportFile(output, plan) if output is not None else None
    mark = file.mark() if file is not None and resume else None
    with open_office(data, needs_key=pseudonyms) as office:
        if service is not None:
            # Refused by name: an export without a line would be taken for a service without a decision.
            office.book_in_force(service)
        wanted = _wanted(office, plan, mark)
        if file is None:
            entries = _to_standard_output(office, wanted, as_format, plan, by)
            tell(f"{entries} entries written.")
            return
        with file.growing(mark):
            with _writer_of(file, as_format, mark) as writer, _cleaning_up_rarely():
                entries = _Export(office, wanted, writer, file).run(mark)
            checksum = file.checksum()
            # An export that nobody could note does not leave the house.
            _note(office, by, plan, entries, checksum)
            file.publish(checksum)
    tell(f"{entries} entries written.\n{checksum}  {file.output}")
    if as_json:
        say({"entries": entries, "file": str(output), "sha256": checksum}, as_json=True, words="")


def _require_file(output: Path | None, as_format: Format, *, as_json: bool, resume: bool) -> None:
    """Raises MalformedField where what is asked for cannot go to standard output."""
    asked = (
        (as_json, "--json", "the export itself goes to standard output"),
        (resume, "--resume", "what went to standard output cannot be continued"),
        (as_format is Format.OCEL_SQLITE, "--format", "a database cannot go to standard output"),
    )
    for is_asked, option, problem in asked:
        if is_asked and output is None:
            raise MalformedField(field=option, problem=problem, way_out="Give -o FILE.")


def _wanted(office: Office, plan: dict[str, Any], mark: Mark | None) -> ExportWanted:
    from routing.reading.log_export import ExportWanted

    pseudonym: Callable[[str], str] | None = None
    if plan["pseudonyms"]:
        with office.reading() as connection:
            pseudonym = office.vault(connection).pseudonym_of
    until = datetime.fromisoformat(mark.until) if mark is not None and mark.until is not None else None
    return ExportWanted(
        service=plan["service"],
        everything=plan["everything"],
        things=plan["format"] in _UNDER_PSEUDONYMS,
        until=until,
        pseudonym=pseudonym,
    )


def _to_standard_output(office: Office, wanted: ExportWanted, as_format: Format, plan: dict[str, Any], by: str) -> int:
    from routing.reading.log_export import size_of_export

    # Beforehand: whoever reads it may stop reading.
    _note(office, by, plan, size_of_export(office, wanted).entries, None)
    with tempfile.TemporaryFile() as beside, _cleaning_up_rarely():
        writer = _writer(as_format, sys.stdout.buffer, beside, None)
        entries = _Export(office, wanted, writer, None).run(None)
    sys.stdout.flush()
    return entries


def _note(office: Office, by: str, plan: dict[str, Any], entries: int, checksum: str | None) -> None:
    """Raises ReadingNotNoted."""
    from routing.actions.note_reading import note_reading
    from routing.domain.log_reading import EXPORTED, Reading

    # What is not asked for is not told.
    asked = {name: "yes" if value is True else str(value) for name, value in plan.items() if value}
    way = "command line"
    note_reading(office, Reading(kind=EXPORTED, actor=by, way=way, question=asked, found=entries, sha256=checksum))


@contextmanager
def _cleaning_up_rarely() -> Iterator[None]:
    """A fifth of an export went into looking for rings of references among entries, which make none."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def _writer_of(file: ExportFile, as_format: Format, mark: Mark | None) -> Iterator[LogWriter]:
    from routing.storage.ocel_file import ocel_file

    state = mark.writer if mark is not None else None
    with ExitStack() as stack:
        if as_format is Format.OCEL_SQLITE:
            yield stack.enter_context(ocel_file(file.part, state))
            return
        stream = file.stream(mark)
        beside = file.stream_of_objects(mark) if as_format is Format.OCEL_JSON else stream
        yield _writer(as_format, stream, beside, state)


def _writer(as_format: Format, stream: BinaryIO, beside: BinaryIO, state: Any) -> LogWriter:
    from routing.formats.log_lines import CsvLines, JsonLines
    from routing.formats.ocel_json_writer import OcelJsonWriter
    from routing.formats.xes_log import XesLog

    if as_format is Format.OCEL_JSON:
        return OcelJsonWriter(stream, beside, state)
    if as_format is Format.XES:
        return XesLog(stream)
    return JsonLines(stream) if as_format is Format.JSONL else CsvLines(stream)


class _Export:
    """Applications on their way from the books to the writer, counted, marked and told of."""

    def __init__(self, office: Office, wanted: ExportWanted, writer: LogWriter, file: ExportFile | None) -> None:
        self._office, self._wanted, self._writer, self._file = office, wanted, writer, file

    def run(self, mark: Mark | None) -> int:
        """How many entries the export has, with those it had before it was interrupted."""
        from routing.reading.log_export import exported_applications, size_of_export

        size = size_of_export(self._office, self._wanted)
        until = self._wanted.until or size.newest
        progress = _Progress(mark.entries if mark is not None else 0, size.entries)
        at = mark or Mark(
            plan={}, sizes=(), after=0, number="", entries=0, until=until.isoformat() if until is not None else None
        )
        if mark is None:
            self._writer.begin()
        wanted = replace(self._wanted, until=until)
        for told in exported_applications(self._office, wanted, after=at.after):
            self._writer.write(told)
            progress.add(len(told.entries))
            if self._file is not None and progress.entries - at.entries >= _ENTRIES_BETWEEN_MARKS:
                at = replace(
                    at, after=told.id, number=told.number, entries=progress.entries, writer=self._writer.state()
                )
                self._file.save(at)
        self._writer.end()
        return progress.entries


class _Progress:
    """How far it has come, said now and then on standard error."""

    def __init__(self, entries: int, all_of_them: int) -> None:
        self.entries, self._before, self._all = entries, entries, all_of_them
        self._began = self._said = time.monotonic()

    def add(self, entries: int) -> None:
        """So many more."""
        self.entries += entries
        now = time.monotonic()
        if now - self._said >= _SECONDS_BETWEEN_WORDS:
            self._said = now
            rate = (self.entries - self._before) / (now - self._began)
            tell(f"{self.entries} of {self._all} entries, {rate:.0f} a second.")
