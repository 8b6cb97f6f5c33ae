"""What only this door says: tokens, headers, JSON and addresses, which the rules of the office know nothing of."""

from __future__ import annotations

from routing.domain.errors import Kind, Refusal
from routing.web.statuses import AtTheDoor


class TokenMissing(AtTheDoor, Refusal):
    """Say who asks: Authorization: Bearer TOKEN. A token is made by: satuatap account token CODE."""

    code = "token_missing"
    kind = Kind.FORBIDDEN
    status = 401


class TokenRefused(AtTheDoor, Refusal):
    """This token is unknown, ended or expired, or its account is closed. Ask for a new one."""

    code = "token_refused"
    kind = Kind.FORBIDDEN
    status = 401


class IdempotencyKeyMissing(AtTheDoor, Refusal):
    """Every POST carries an Idempotency-Key: 1 to 200 printable ASCII characters, new for each thing to be done."""

    code = "idempotency_key_missing"
    kind = Kind.MALFORMED
    status = 400


class IfMatchMissing(AtTheDoor, Refusal):
    """Say which version you have seen, as its ETag gave it, for instance: If-Match: "3". Open the application first."""

    code = "if_match_missing"
    kind = Kind.MALFORMED
    status = 428


class IfMatchMalformed(AtTheDoor, Refusal):
    """If-Match names one version as the ETag gave it: a number in quotation marks. Send back what you were given."""

    code = "if_match_malformed"
    kind = Kind.MALFORMED
    status = 400


class MalformedJson(AtTheDoor, Refusal):
    """The body is no JSON in UTF-8 (RFC 8259), or is nested too deeply. Correct it; nothing was done."""

    code = "malformed_json"
    kind = Kind.MALFORMED
    status = 400


class NotJson(AtTheDoor, Refusal):
    """The body is to be JSON, and to say so: Content-Type: application/json."""

    code = "not_json"
    kind = Kind.MALFORMED
    status = 415


class MalformedRequest(AtTheDoor, Refusal):
    """What was sent does not have the shape the API describes; "errors" names each place. Nothing was done."""

    code = "malformed_request"
    kind = Kind.MALFORMED
    status = 422


class MalformedCursor(AtTheDoor, Refusal):
    """This cursor was not given out for this list, these filters and this account. Begin again without it."""

    code = "malformed_cursor"
    kind = Kind.MALFORMED
    status = 422


class NothingHere(AtTheDoor, Refusal):
    """There is nothing at this address. The addresses of the API stand in /api/v1/openapi.json."""

    code = "not_found"
    kind = Kind.UNKNOWN
    status = 404


class MethodNotAllowed(AtTheDoor, Refusal):
    """This address does not take this method; "Allow" lists those it takes."""

    code = "method_not_allowed"
    kind = Kind.MALFORMED
    status = 405
