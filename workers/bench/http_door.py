"""The pages as a clerk's way in: signed in, one connection that stays open, the form a browser would send."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlencode

from routing.domain.errors import Fault
from routing.domain.people import SignIn
from routing.office import Office
from routing.vault.passwords import kept, new_secret
from workers.bench.inbox import Document

_SESSION_COOKIE = "satuatap"


class PageSaidNo(Fault):
    """The pages did not take a decision while moves were measured."""

    code = "page_said_no"


class HttpDoor:
    """Sends decisions to the pages at this address."""

    def __init__(self, office: Office, people: Mapping[str, int], *, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=60)
        #: cookie and form token of each account
        self._sessions: dict[int, tuple[str, str]] = {}
        with office.transaction() as tx:
            now = office.now()
            for person_id in set(people.values()):
                # As after signing in; what a password costs (25 ms, once a day) is no part of a move.
                secret, form_token = new_secret(), new_secret()
                tx.people.start_sign_in(
                    SignIn(
                        token_hash=kept(secret),
                        person_id=person_id,
                        form_token=form_token,
                        started_at=now,
                        seen_at=now,
                    )
                )
                self._sessions[person_id] = (secret, form_token)

    def decide(self, document: Document, decision: str, person_id: int) -> None:
        """Raises PageSaidNo unless the page leads on to the desk's queue."""
        cookie, form_token = self._sessions[person_id]
        fields = {"form_token": form_token, "version": document.version}
        path = f"/applications/{document.number}/visits/{document.visit}/decide/{decision}"
        headers = {"content-type": "application/x-www-form-urlencoded", "cookie": f"{_SESSION_COOKIE}={cookie}"}
        self._connection.request("POST", path, urlencode(fields), headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != http.HTTPStatus.SEE_OTHER:
            message = f"{PageSaidNo.__doc__} It answered {answer.status}: {said[:200].decode(errors='replace')}"
            raise PageSaidNo(message)
