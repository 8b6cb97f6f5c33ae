"""Whoever holds a link that can write must not have guessed it: at least 128 random bits, and only its digest kept."""

import base64
import re

import sqlalchemy as sa
from fastapi.routing import iter_route_contexts

from routing.actions.keep_accounts import make_link
from routing.actions.keep_tokens import PREFIX, make_token
from routing.storage.tables import api_tokens, one_time_links, sign_ins
from tests.web.visitors import WebMall


def random_bytes(secret: str) -> int:
    return len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4)))


def test_every_secret_has_256_random_bits_and_is_kept_as_its_digest(mall: WebMall) -> None:
    with mall.visitor() as ida:
        cookie = ida.sign_in("ida", mall.password).cookies["satuatap"]
    links = [make_link(mall.office, "omar") for _ in range(2)]
    tokens = [make_token(mall.office, "omar") for _ in range(2)]
    secrets = [cookie, *links, *(token.removeprefix(PREFIX) for token in tokens)]
    assert len(set(secrets)) == 5
    assert [random_bytes(one) for one in secrets] == [32] * 5
    with mall.office.reading() as connection:
        kept = [
            str(row) for table in (api_tokens, one_time_links, sign_ins) for row in connection.execute(sa.select(table))
        ]
    assert [one for one in secrets if one in "".join(kept)] == []


def test_the_one_time_link_is_the_only_address_that_writes_for_whoever_knows_it(mall: WebMall) -> None:
    """Every other POST takes a session, or, on the API, a token; a tracking code opens nothing that writes."""
    with mall.visitor() as stranger:
        stranger.get("/sign-in")
        writes = set()
        for route in iter_route_contexts(mall.web.routes):
            if "POST" in (route.methods or ()):
                path = route.path or ""
                page = stranger.get(re.sub(r"\{[^}]+\}", "1", path))
                fields = dict(re.findall(r'name="(visitor_token)" value="([^"]+)"', page.text))
                # 403 comes before anything is looked at; what gets past it looks at the form.
                if "visitor_token" in fields:
                    writes.add(path)
                else:
                    assert stranger.post(re.sub(r"\{[^}]+\}", "1", path), {}).status_code == 403, path
        assert writes == {"/sign-in", "/l/{secret}"}
