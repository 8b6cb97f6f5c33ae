"""Where a page of a list ends, as a text that only we can have written and only this list, for this caller, takes back.

Signed with what the office keeps of the caller's token, so that there is no further secret to look after. A cursor
gives no right: it only tells slips and mix-ups from places. It ends with its token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime

from routing.web.api.refusals import MalformedCursor

_SIGNATURE_BYTES = 16
LONGEST = 500

#: A place in a list: the sort key of the last row.
Place = tuple[datetime | int | str | None, ...]


class Cursors:
    """The cursors of one list (with its filters) for one caller."""

    def __init__(self, token_hash: str, *scope: object) -> None:
        self._key = token_hash.encode()
        self._scope = json.dumps([str(part) for part in scope]).encode()

    def write(self, place: Place | None) -> str | None:
        """The cursor; None: there is no next page."""
        if place is None:
            return None
        said = [{"at": part.isoformat()} if isinstance(part, datetime) else part for part in place]
        text = json.dumps(said, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(text) + text).decode().rstrip("=")

    def read(self, cursor: str | None) -> Place | None:
        """The place; None: the beginning. Raises MalformedCursor."""
        if cursor is None:
            return None
        try:
            signed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise MalformedCursor from None
        signature, text = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(text)):
            raise MalformedCursor
        return tuple(
            datetime.fromisoformat(part["at"]) if isinstance(part, dict) else part for part in json.loads(text)
        )

    def _signature(self, text: bytes) -> bytes:
        signed = len(self._scope).to_bytes(4, "big") + self._scope + text
        return hmac.new(self._key, signed, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
