"""A no, or a breakdown, for programs: an RFC 9457 problem, whose ``type`` leads to the table of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.responses import JSONResponse

from routing.domain.errors import Refusal
from routing.domain.form_problems import FormNotFilledIn
from routing.web.statuses import RETRY_AFTER_SECONDS, headers_of, status_of

#: The page with the table of all codes.
PROBLEMS = "/api/v1/problems"
MEDIA_TYPE = "application/problem+json"


def problem_of(refusal: Refusal, members: Mapping[str, object] | None = None) -> JSONResponse:
    """The refusal, and what this door adds to it (``members``)."""
    sentence = refusal.sentence(refusal.template())
    if isinstance(refusal, FormNotFilledIn):
        errors = [{"where": f"body.{refusal.member}.{one.field}", "problem": one.sentence} for one in refusal.problems]
        members = {**(members or {}), "errors": errors}
    return problem_document(status_of(refusal), refusal.code, sentence, members or {}, headers_of(refusal))


def problem_document(
    status: int,
    code: str,
    detail: str,
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The document; ``members`` cannot take the place of what every problem says."""
    said = {
        **(members or {}),
        "type": f"{PROBLEMS}#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if headers is None and status == 503:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return JSONResponse(said, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
