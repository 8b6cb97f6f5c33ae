"""``satuatap workflow draw``: a route as a drawing."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from routing.cli.export_file import UnwritableFile
from routing.cli.opening import DataOption, JsonOption, say
from routing.cli.route_named import NamedRoute, naming_routes

_ENDINGS = (".svg", ".dot")


def draw(
    route: Annotated[
        str, typer.Argument(metavar="FILE|SERVICE", help="A workflow file, a service in force, or a content hash.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Ends in .svg or .dot. Absent: DOT on standard output."),
    ] = None,
    language: Annotated[Literal["id", "en"], typer.Option(help="Of the labels.")] = "id",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a route: desks, decisions, desks at work at once, returns. The file appears whole or not at all."""
    from routing.domain.errors import MalformedField

    if output is not None and output.suffix not in _ENDINGS:
        problem = f"{output.suffix or 'no ending'} is no kind of drawing"
        raise MalformedField(field="-o", problem=problem, way_out="Let the name end in .svg or .dot.")
    if output is None and as_json:
        raise MalformedField(
            field="--json", problem="the drawing itself goes to standard output", way_out="Give -o FILE."
        )
    with naming_routes(data) as find:
        found = find(route)
    dot, svg = _drawn(found, language, with_svg=output is not None and output.suffix == ".svg")
    if output is None:
        typer.echo(dot, nl=False)
        return
    _write_whole(output, svg or dot)
    said = {"file": str(output), "service": found.workflow.service, "version": found.workflow.content_hash}
    say(said, as_json=as_json, words=str(output))


def _drawn(found: NamedRoute, language: str, *, with_svg: bool) -> tuple[str, str | None]:
    from routing.formats.diagrams import svg_of
    from routing.formats.route_drawing import draw_route
    from routing.formats.route_in_words import told_route

    names = found.desk_names(language)
    dot = draw_route(found.workflow, language=language, names=names)
    if not with_svg:
        return dot, None
    description = " ".join(told_route(found.workflow, language=language, names=names))
    return dot, svg_of(dot, title=found.workflow.label.in_language(language), description=description)


def _write_whole(path: Path, text: str) -> None:
    """The file is there with all of it, or as it was before. Raises UnwritableFile."""
    half = path.with_name(path.name + ".part")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            half.write_text(text, encoding="utf-8")
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableFile(file=path, problem=error.strerror or str(error)) from None
