"""The window of a witness: whoever asks is shown its last cosigned checkpoint. Nothing can be handed in here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from routing.domain.errors import Fault

#: A visitor who says nothing must not hold a thread for ever.
_SECONDS = 10


@contextmanager
def window(host: str, port: int, answers: dict[str, Callable[[], str | None]]) -> Iterator[str]:
    """Answers while the block runs, by path; its address. A None is a 404. Raises OSError."""

    class Window(BaseHTTPRequestHandler):
        timeout = _SECONDS

        def do_GET(self) -> None:
            ask = answers.get(self.path)
            try:
                text = ask() if ask is not None else None
                status = 200 if text is not None else 404
            except Fault as fault:
                status, text = 503, str(fault)
            body = (text or "").encode()
            self.send_response(status)
            self.send_header("content-type", "text/plain; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Who asks is nobody's business."""

    server = ThreadingHTTPServer((host, port), Window)
    thread = threading.Thread(target=server.serve_forever, name="witness-window", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
