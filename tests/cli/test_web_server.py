"""The web server: what can be wrong with its certificate is said before it listens, and proxies are named."""

import shutil
import ssl
import subprocess
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from routing.cli.web_server import WebServer
from routing.domain.errors import MalformedField, UnreadableFile
from routing.office import Office
from routing.settings import Settings
from tests.clock import Clock


def server(office: Office, certificate: Path | None = None, key: Path | None = None) -> WebServer:
    made = WebServer(office, host="127.0.0.1", port=0, certificate=certificate, key=key)
    made._socket.close()
    return made


def test_a_certificate_and_its_key_are_given_together(sqlite_office: Office, tmp_path: Path) -> None:
    with pytest.raises(MalformedField, match="--tls-cert"):
        server(sqlite_office, certificate=tmp_path / "cert.pem")
    with pytest.raises(MalformedField, match="--tls-key"):
        server(sqlite_office, key=tmp_path / "key.pem")


@pytest.mark.parametrize("text", ["", "no certificate", None])
def test_a_certificate_nobody_can_read_is_refused_before_the_server_listens(
    sqlite_office: Office, tmp_path: Path, text: str | None
) -> None:
    for name in ("cert.pem", "key.pem"):
        if text is not None:
            (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableFile, match=r"cert\.pem"):
        server(sqlite_office, tmp_path / "cert.pem", tmp_path / "key.pem")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl to make a certificate with")
def test_a_good_certificate_makes_it_https_and_an_encrypted_key_asks_nobody(
    sqlite_office: Office, tmp_path: Path
) -> None:
    cert, key, locked = (str(tmp_path / name) for name in ("cert.pem", "key.pem", "locked.pem"))
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run([*made, "-keyout", key, "-out", cert], check=True, capture_output=True)
    lock = ["openssl", "rsa", "-aes256", "-passout", "pass:rahasia", "-in", key, "-out", locked]
    subprocess.run(lock, check=True, capture_output=True)
    good = server(sqlite_office, Path(cert), Path(key))
    good._server.config.load()
    assert good.address.startswith("https://")
    assert isinstance(good._server.config.ssl, ssl.SSLContext)
    with pytest.raises(UnreadableFile):
        server(sqlite_office, Path(cert), Path(locked))


def test_whoever_asks_closes_an_idle_connection_before_the_server_does(sqlite_office: Office) -> None:
    """Closed by both at once, or by the server first, the next question is lost."""
    programs, proxies = httpx2.Limits().keepalive_expiry, 60
    assert server(sqlite_office)._server.config.timeout_keep_alive > max(programs or 0, proxies)


@pytest.mark.parametrize(
    ("trusted", "visitor", "scheme"),
    [
        ("127.0.0.1", "127.0.0.1", "https"),
        ("127.0.0.1", "10.0.0.7", "http"),
        ("127.0.0.1, 10.0.0.0/8", "10.0.0.7", "https"),
        ("*", "10.0.0.7", "https"),
        ("", "127.0.0.1", "http"),
    ],
)
def test_what_a_proxy_says_of_https_counts_when_the_proxy_is_trusted(
    sqlite_settings: Settings, clock: Clock, trusted: str, visitor: str, scheme: str
) -> None:
    checked = Settings(data=sqlite_settings.data, trusted_proxies=trusted)
    office = Office(checked, clock=clock)
    config = server(office)._server.config
    asked: list[str] = []

    async def page(scope, receive, send):
        asked.append(scope["scheme"])
        await PlainTextResponse("")(scope, receive, send)

    config.app = page
    config.load()
    client = TestClient(config.loaded_app, base_url="http://localhost", client=(visitor, 1))
    client.get("/", headers={"x-forwarded-proto": "https"})
    office.close()
    assert asked == [scheme]
