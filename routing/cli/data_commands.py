"""``satuatap data``: what becomes of the data an office keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say
from routing.domain.erasure import LegalBasis

app = typer.Typer(help="The office's data: erase what is personal.", no_args_is_help=True)


@app.command()
def erase(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The application, which has ended.")],
    reason: Annotated[LegalBasis, typer.Option("--reason", help="The legal basis (UU 27/2022, articles 43 and 44).")],
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="The administrator who answers for it.")],
    letter: Annotated[str, typer.Option("--letter", help="Number of the letter that orders it.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Destroy an application's key and all that is personal in it; the log stays and verifies. There is no way back."""
    from routing.actions import erase as erasing
    from routing.reading.catalogue import person_with_code

    with open_office(data) as office:
        with office.reading() as connection:
            person_id = person_with_code(connection, by).id
        erased = erasing.erase(office, number, reason, letter=letter, person_id=person_id)
    said = {"application": erased.number, "erased": True, "reason": reason.value}
    say(said, as_json=as_json, words=f"{erased.number}: what was personal is destroyed. Old backups still hold it.")
