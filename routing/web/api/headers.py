"""The headers that make a request safe to repeat and a decision sure of what it decides on."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from routing.domain.audit_chain import keyed_digest
from routing.domain.receipts import Once, Receipt
from routing.vault.passwords import kept
from routing.web.visitors import Staff

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]([ -~]{0,198}[!-~])?$",
        description="New for each thing that is to be done; the same for every try at it. A random UUID is good.",
        examples=["3f1c2a52-7d0a-4e7b-9a3e-5a1f0f2b8c11"],
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=r'^"[0-9]{1,9}"$',
        description="The version you have seen: the ETag of the application.",
        examples=['"3"'],
    ),
]


def once(request: Request, staff: Staff, key: str, body: BaseModel | None) -> Once:
    """The request as it is known again: its caller, its key, and what it asks."""
    said = body.model_dump(mode="json", exclude_unset=True) if body is not None else {}
    asked = json.dumps([request.method, request.url.path, said], sort_keys=True)
    # Keyed by the key, which is not kept: a digest of names and numbers alone could be guessed back.
    return Once(person_id=staff.person.id, key=kept(key), fingerprint=keyed_digest(key.encode(), asked))


def seen(if_match: str) -> int:
    """The version in an If-Match."""
    return int(if_match.strip('"'))


def etag(version: int) -> str:
    """The version as a strong ETag."""
    return f'"{version}"'


def receipt_answer(done: Receipt, status: int = 200) -> Response:
    """The receipt, byte by byte as it was kept."""
    headers = {"ETag": etag(done.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/applications/{done.number}"
    return Response(done.text, status_code=status, headers=headers, media_type="application/json")
