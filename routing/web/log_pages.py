"""The sealed log to machines that need not sign in: witnesses, other agencies, whoever holds a receipt.

Hashes and signatures only: from none of them can be read what an entry says.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from routing.reading.proofs import consistency, inclusion, newest_checkpoint
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


def _hex(proof: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in proof]
