"""Puts the API together: an application of its own below the pages, with its own document and its own way to say no."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from routing import __version__
from routing.web.api import (
    applications,
    attachments,
    audit_log,
    audit_reads,
    calendar,
    calendar_recount,
    desks,
    due,
    marks,
    moves,
    notices,
    offered,
    orphans,
    pauses,
    problems,
    proofs,
    receipts,
    signals,
)
from routing.web.api.problems import Problem, answer_problems
from routing.web.refusal_pages import LastResort

#: Where it stands below the pages.
MOUNTED_AT = "/api/v1"
_DESCRIPTION = """\
The mall for programs. Who shows a token can do what its account can do, by the same rules as on the pages.

Every POST carries an `Idempotency-Key`: the same key and body give the same answer and happen once. A refused request
keeps no answer, because nothing happened. Decisions name the version they were made on (`If-Match`). Every no is an
RFC 9457 problem with a stable `code`; the table of all of them is `/api/v1/problems`.
"""


def make_api() -> FastAPI:
    """The API; whoever mounts it gives it the state of the pages."""
    api = FastAPI(
        title="Satu Atap", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    for subject in (
        applications,
        moves,
        pauses,
        attachments,
        desks,
        due,
        notices,
        offered,
        calendar,
        calendar_recount,
        marks,
        signals,
        audit_log,
        proofs,
        audit_reads,
        orphans,
        receipts,
        problems,
    ):
        api.include_router(subject.router)
    answer_problems(api)
    document = openapi_document(api)
    api.add_api_route("/openapi.json", lambda: document, include_in_schema=False)
    # Inside the pages' own: Starlette would otherwise answer a breakdown in plain text before they see it.
    api.add_middleware(LastResort)
    return api


def openapi_document(api: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, problems included."""
    document = get_openapi(
        title=api.title,
        version="v1",
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=api.routes,
        servers=[{"url": MOUNTED_AT}],
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= {**problem.pop("$defs", {}), "Problem": problem}
    return document
