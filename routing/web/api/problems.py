"""How this door says no: RFC 9457 problems, what each answer is declared as, and the table their ``type`` leads to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from routing.domain.errors import DatabaseAway, Fault, Refusal
from routing.domain.rollback import LogBehind
from routing.web.api.refusals import (
    IdempotencyKeyMissing,
    IfMatchMalformed,
    IfMatchMissing,
    MalformedJson,
    MalformedRequest,
    MethodNotAllowed,
    NothingHere,
)
from routing.web.api.shapes import At
from routing.web.problem_documents import MEDIA_TYPE, PROBLEMS, problem_document, problem_of
from routing.web.rendering import show
from routing.web.statuses import status_of

_log = logging.getLogger("satuatap.web")
#: Places named in one answer; whoever has more wrong has not read the document.
_MOST_ERRORS = 20

router = APIRouter(include_in_schema=False)


class Misplaced(BaseModel):
    """One place of a request that is not as described."""

    where: str = Field(examples=["body.applicant.nik"])
    problem: str = Field(examples=["Field required"])


class Happened(BaseModel):
    """What somebody did meanwhile."""

    at: At
    actor: str
    actor_name: str | None
    kind: str
    decision: str | None
    desk: str | None


class Problem(BaseModel):
    """Why it was not done (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{PROBLEMS}#stale_version"], description="Leads to the table of all codes.")
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["stale_version"], description="Stays the same from version to version.")
    detail: str
    errors: list[Misplaced] | None = Field(
        default=None, description="With malformed_request, form_not_filled_in, findings_not_filled_in."
    )
    seen: int | None = Field(default=None, description="The version the request named.")
    now: int | None = Field(default=None, description="The version it is at.")
    meanwhile: list[Happened] | None = Field(default=None, description="What happened since, newest last.")


_DESCRIPTIONS = {
    400: "Not understood: a header is missing or malformed, or the body is no JSON.",
    401: "No token, or one that opens nothing.",
    403: "The account may not do this.",
    404: "The thing named does not exist.",
    405: "The address does not take this method.",
    409: "Not possible as things stand, or somebody else was faster: `meanwhile` tells what happened.",
    413: "More than the office takes in.",
    415: "The body is no JSON, or does not say so.",
    422: "What was sent is not well-formed.",
    428: "The version that was seen has to be named.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "Not at this moment; Retry-After says when to come back.",
}


def says(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How an answer with each of these statuses is declared, and with those any answer can have."""
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: shape}}
        for status in sorted({401, 422, 429, 503, *statuses})
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table."""

    code: str
    status: int
    sentence: str


@router.get("/problems")
def table(request: Request) -> HTMLResponse:
    """Every code with its status and its sentence, for whoever follows a ``type``."""
    return show(request, "api/problems.html", here=PROBLEMS, rows=sorted(_rows(), key=lambda row: row.code))


def answer_problems(api: FastAPI) -> None:
    """Teaches the API how to say no."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(DatabaseAway, _away)
    api.add_exception_handler(HTTPException, _plainly)
    api.add_exception_handler(RequestValidationError, _not_as_described)


def _refused(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    return problem_of(refusal, getattr(request.state, "members", None))


def _away(_request: Request, fault: Exception) -> Response:
    _log.error("%s", fault)
    if isinstance(fault, LogBehind):
        # Both checkpoints are everybody's: whoever is refused because of them may know which.
        return problem_document(503, fault.code, str(fault))
    return problem_document(503, DatabaseAway.code, DatabaseAway.__doc__ or "")


def _plainly(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    refusal = {404: NothingHere, 405: MethodNotAllowed}.get(status, MalformedJson)
    answer = problem_of(refusal())
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


def _not_as_described(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    places = {(str(one["loc"][0]), str(one["loc"][-1]).lower()): one["type"] for one in found}
    if any(one["type"] == "json_invalid" for one in found):
        return problem_of(MalformedJson())
    if ("header", "idempotency-key") in places:
        return problem_of(IdempotencyKeyMissing())
    if ("header", "if-match") in places:
        is_missing = places["header", "if-match"] == "missing"
        return problem_of(IfMatchMissing() if is_missing else IfMatchMalformed())
    # Not what was sent: it may hold a name or a NIK, and would come to lie in somebody's log.
    errors = [
        {"where": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]} for one in found[:_MOST_ERRORS]
    ]
    return problem_of(MalformedRequest(), {"errors": errors})


def _rows() -> Iterator[Row]:
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("routing."):
                yield Row(code=kind.code, status=status_of(kind), sentence=kind.template())
    yield Row(code=LogBehind.code, status=503, sentence=" ".join((LogBehind.__doc__ or "").split()))
    yield Row(code=DatabaseAway.code, status=503, sentence=DatabaseAway.__doc__ or "")
    yield Row(code=Fault.code, status=500, sentence=Fault.__doc__ or "")
