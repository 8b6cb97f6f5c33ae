"""HEAD is answered wherever GET is, with the same headers and no body."""

from tests.web.visitors import Visitor, WebMall


def heads(visitor: Visitor, path: str) -> tuple[int, bytes, str]:
    answer = visitor.client.head(path, headers={"accept": "text/html"})
    return answer.status_code, answer.content, answer.headers.get("content-type", "")


def test_a_page_answers_head_as_it_answers_get_but_for_the_body(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.visitor() as stranger:
        number = ida.registered()
        public = ("/", "/sign-in", "/track?code=x", "/t/0", "/health/live", "/health/ready", "/openapi.json")
        for path in (*public, "/static/satuatap.css", "/counter", "/nowhere"):
            answer = stranger.get(path)
            assert heads(stranger, path) == (answer.status_code, b"", answer.headers.get("content-type", "")), path
        for path in ("/counter", "/desks", f"/applications/{number}", f"/counter/receipts/{number}", "/audit"):
            answer = ida.get(path)
            assert heads(ida, path) == (answer.status_code, b"", answer.headers["content-type"]), path
        protected = ida.client.head("/counter").headers
        assert "default-src 'self'" in protected["content-security-policy"]
        assert protected["cache-control"] == "no-store"


def test_a_form_is_not_sent_by_head(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        assert heads(ida, "/sign-out")[0] == 405
        assert ida.get("/counter").status_code == 200
