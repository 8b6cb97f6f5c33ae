"""``satuatap simulate``: stand-ins for the systems outside that automatic desks ask, to try a mall out."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Annotated

import typer

from routing.cli.opening import JsonOption, say

ShareOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of all requests, from 0 to 1.")]


def simulate(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0: any free one.")] = 8010,
    slow: ShareOption = 0.0,
    down: ShareOption = 0.0,
    wrong: ShareOption = 0.0,
    pays_after: Annotated[
        float, typer.Option(min=0.0, help="Seconds after which an open bill is paid by itself.")
    ] = 2.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same bad luck.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Answer as OSS and the payment system would, as slow, down and wrong as is asked for; Ctrl-C ends it."""
    from workers.desks.simulators import Temper, simulating

    temper = Temper(slow=slow, down=down, wrong=wrong, pays_after=pays_after, seed=seed)
    # Ended by Ctrl-C as is meant, not as an accident.
    with suppress(KeyboardInterrupt), simulating(temper, host=host, port=port) as (address, _):
        settings = {"SATUATAP_OSS_URL": address, "SATUATAP_PAYMENT_URL": address}
        say(settings, as_json=as_json, words="\n".join(f"{name}={value}" for name, value in settings.items()))
        threading.Event().wait()
