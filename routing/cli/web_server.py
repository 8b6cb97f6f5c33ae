"""The web server as ``up`` and ``web`` run it: the port is taken first, so that a taken one is a sentence."""

from __future__ import annotations

import ipaddress
import signal
import socket
import ssl
import sys
import threading
from contextlib import suppress
from pathlib import Path

import uvicorn

from routing.actions.sweep_papers import sweep_papers
from routing.cli.opening import tell
from routing.domain.errors import Fault, MalformedField, Refusal, UnreadableFile
from routing.office import Office
from routing.web.app import make_web

#: How often papers that nobody names any more are looked for.
_SWEEP_SECONDS = 3600.0
#: How long a connection is kept on which nothing is asked. Longer than programs and proxies keep theirs (5 to 60 s), so
#: that they close it and not we: what is sent at the very moment in which we close it comes to nothing.
_IDLE_SECONDS = 75


class PortTaken(Refusal):
    """{host}:{port} cannot be listened at: {problem}. Choose another port with --port, or end the program there."""

    code = "port_taken"


class WebServer:
    """Bound to its address; ``run`` serves until the program is told to stop."""

    def __init__(self, office: Office, *, host: str, port: int, certificate: Path | None, key: Path | None) -> None:
        self._office = office
        # What can be wrong is found before anything is announced.
        context = _context(certificate, key)
        if office.database.halted is None:
            office.receipt_key()
        self._socket = _bound(host, port)
        scheme = "https" if context is not None else "http"
        is_open = not _is_loopback(host)
        name = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
        shown = f"[{name}]" if ":" in name else name
        self.address = f"{scheme}://{shown}:{self._socket.getsockname()[1]}/"
        if is_open and scheme == "http":
            tell(
                "WARNING: plain HTTP on a network: whoever listens there reads passwords. Use --tls-cert and --tls-key."
            )
        config = uvicorn.Config(
            make_web(office, plain_http_warning=is_open and scheme == "http"),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=_IDLE_SECONDS,
            forwarded_allow_ips=office.settings.trusted_proxies,
            ssl_context_factory=(lambda _config, _default: context) if context is not None else None,
        )
        self._server = uvicorn.Server(config)
        self._is_over = threading.Event()

    def run(self) -> None:
        """Serves until SIGINT or SIGTERM; then finishes what it is answering."""

        # uvicorn raises the signal again when it is done: this lets everybody else finish, too.
        def finish(_signal: int, _frame: object) -> None:
            sys.exit(0)

        signal.signal(signal.SIGTERM, finish)
        signal.signal(signal.SIGINT, finish)
        threading.Thread(target=self._sweep_papers, name="sweep-papers", daemon=True).start()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._is_over.set()

    def _sweep_papers(self) -> None:
        """Here and not by the beat: where the parts are containers, the pages alone have the folder of papers."""
        while True:
            # A disk that takes nothing must not keep anybody from reading.
            with suppress(Refusal, Fault, OSError):
                sweep_papers(self._office)
            if self._is_over.wait(_SWEEP_SECONDS):
                return


def _context(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise MalformedField(
            field="--tls-key" if certificate is None else "--tls-cert",
            problem="https takes both a certificate and its private key",
            way_out="Give --tls-cert and --tls-key, or neither of them.",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A password is given so that an encrypted key is refused, and nobody is asked for one on a terminal.
        context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise UnreadableFile(
            file=f"{certificate} / {key}",
            problem=f"it is no certificate (PEM) with its private key, without a password ({error.strerror or error})",
        ) from None
    return context


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # SO_REUSEADDR, so that a restart does not wait for old connections to be forgotten.
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise PortTaken(host=host, port=port, problem=error.strerror or str(error)) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
