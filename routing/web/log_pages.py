"""The sealed log to those who need not sign in: witnesses, other agencies, whoever holds a receipt or keeps a file.

Hashes and signatures only: from none of them can be read what an entry says.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from markupsafe import Markup

from routing.actions.take_cosignature import take_cosignature
from routing.reading.days_seal import seal_of_day
from routing.reading.naming_entries import naming_entries
from routing.reading.proofs import consistency, inclusion, newest_checkpoint
from routing.web.posted_form import posted_text
from routing.web.rendering import show
from routing.web.visitors import OfficeHere, limits_of

router = APIRouter(prefix="/log", include_in_schema=False)

#: More leaves than any office will ever have, and few enough for the database's integers.
_MOST = 2**62
Place = Annotated[int, Query(ge=0, le=_MOST)]
MaybePlace = Annotated[int | None, Query(ge=0, le=_MOST)]


@router.get("/checkpoint")
def checkpoint(request: Request, office: OfficeHere) -> PlainTextResponse:
    """The newest checkpoint: a signed note (C2SP), with the lines of the witnesses who have cosigned it."""
    limits_of(request).log(request)
    return PlainTextResponse(newest_checkpoint(office).note)


@router.get("/consistency")
def consistent(
    request: Request, office: OfficeHere, old: Annotated[int, Query(alias="from", ge=0, le=_MOST)],
    new: Annotated[int | None, Query(alias="to", ge=0, le=_MOST)] = None,
) -> JSONResponse:  # fmt: skip
    """That the log of ``from`` leaves is the beginning of that of ``to`` leaves (RFC 9162); absent: the newest."""
    limits_of(request).log(request)
    found = consistency(office, old, new)
    return JSONResponse({"from": found.old, "to": found.new, "proof": _hex(found.proof)})


@router.get("/inclusion")
def included(request: Request, office: OfficeHere, leaf: Place, size: MaybePlace = None) -> JSONResponse:
    """That the leaf is in the log of that size (RFC 9162); absent: the newest checkpoint's."""
    limits_of(request).log(request)
    found = inclusion(office, leaf, size)
    said: dict[str, Any] = {"leaf": found.leaf, "size": found.size, "hash": found.hash.hex()}
    return JSONResponse(said | {"proof": _hex(found.proof)})


@router.get("/keys")
def keys(request: Request, office: OfficeHere) -> JSONResponse:
    """The entries, as they were hashed, by which the log was begun, changed its key and was begun anew."""
    limits_of(request).log(request)
    return JSONResponse({"entries": [entry.body.decode() for entry in naming_entries(office)]})


@router.post("/cosignatures")
def cosigned(request: Request, office: OfficeHere, note: Annotated[str, Depends(posted_text)]) -> JSONResponse:
    """A witness of this office hands back a checkpoint with its line; the line itself says who it is."""
    limits_of(request).log(request)
    taken = take_cosignature(office, note)
    return JSONResponse({"size": taken.size, "witnesses": list(taken.witnesses)})


@router.get("/day/{day}")
def of_day(request: Request, office: OfficeHere, day: str) -> HTMLResponse:
    """The last checkpoint of a day, to be printed and kept in a file: who holds the sheet can check the log by it."""
    limits_of(request).log(request)
    on, seal = seal_of_day(office, day)
    address = str(request.url_for("of_day", day=on.isoformat()))
    return show(
        request, "public/log_day.html", day=on, seal=seal, address=address, qr=_qr(seal.note), is_over=_over(office, on)
    )


def _over(office: OfficeHere, day: date) -> bool:
    return day < office.now().date()


def _qr(note: str) -> Markup:
    # The whole note, so that a sheet can be compared by a machine without a network.
    code = segno.make(note, error="l", micro=False)
    return Markup(code.svg_inline(scale=3, border=2, omitsize=True))  # noqa: S704 - drawn by us, from our own note


def _hex(proof: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in proof]
