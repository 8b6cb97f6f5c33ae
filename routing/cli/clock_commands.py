"""``satuatap clock``: why an application is where it is, and which ones nobody can move."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say

if TYPE_CHECKING:
    from routing.web.clock_view import ClockView
    from routing.web.orphans_told import OrphansTold
    from routing.web.wording import Wording

app = typer.Typer(help="The promise clock: due dates explained, applications nobody can move.", no_args_is_help=True)


class Language(StrEnum):
    """In which language it is told."""

    ID = "id"
    EN = "en"


LanguageOption = Annotated[Language, typer.Option(help="id or en.")]


@app.command()
def explain(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The application, as on the receipt.")],
    public: Annotated[bool, typer.Option("--public", help="In plain words and without names.")] = False,
    language: LanguageOption = Language.ID,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an application is where it is: whose turn, since when, and how each due date came about."""
    from routing.reading.catalogue import directory
    from routing.reading.whereabouts import for_the_public, whereabouts
    from routing.web.api.clock_shape import clock_shape, public_clock_shape
    from routing.web.clock_view import clock_view, public_clock_view
    from routing.web.numbers_in_addresses import application_number
    from routing.web.wording import load_wordings

    with open_office(data, needs_key=False) as office:
        found = whereabouts(office, application_number(number))
        wordings, zone = load_wordings(office.time_zone), office.time_zone
        with office.reading() as connection:
            known = directory(connection)
        if public:
            plain = for_the_public(found)
            view = public_clock_view(plain, wordings[language], zone)
            document = public_clock_shape(plain, wordings, zone).model_dump(mode="json")
        else:
            view = clock_view(found, wordings[language], known.names(language), zone)
            document = clock_shape(found, wordings, known, zone).model_dump(mode="json")
    say(document, as_json=as_json, words=_in_words(found.file.application.number, view))


@app.command()
def orphans(language: LanguageOption = Language.ID, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the open applications nobody can move, by place, with the way out; exit 1 when there are any."""
    from routing.reading import orphans as finder
    from routing.reading.catalogue import directory
    from routing.web.api.orphans import orphans_shape
    from routing.web.orphans_told import told
    from routing.web.wording import load_wordings

    with open_office(data, needs_key=False) as office:
        found, wordings = finder.orphans(office), load_wordings(office.time_zone)
        with office.reading() as connection:
            known = directory(connection)
    rows = [told(one, wordings[language], known.names(language)) for one in found]
    words = "\n".join(_place_in_words(row, wordings[language]) for row in rows) or "None: somebody can move each."
    items = [orphans_shape(one, wordings, known).model_dump(mode="json") for one in found]
    say({"items": items}, as_json=as_json, words=words)
    if found:
        raise typer.Exit(1)


def _place_in_words(row: OrphansTold, wording: Wording) -> str:
    found = row.found
    step = wording.label(found.step_name) or found.step
    lines = [f"{wording.label(found.service)}, {step}: {found.count}", f"  {row.why}"]
    lines += [f"  - {way}" for way in row.ways_out]
    return "\n".join([*lines, f"  {', '.join(found.numbers)}{' ...' if found.count > len(found.numbers) else ''}"])


def _in_words(number: str, view: ClockView) -> str:
    lines = [number, *(f"- {sentence}" for sentence in view.sentences)]
    for table in view.tables:
        lines += ["", table.title, *(f"  {row.day}: {row.verdict}" for row in table.rows)]
    return "\n".join(lines)
