"""``satuatap audit signals``, as a person and as a program see it."""

import json

from typer.testing import CliRunner

from routing.actions.answer_signal import answer_signal
from routing.cli.main import app
from routing.domain.errors import MalformedField, UnknownService
from routing.domain.integrity_signals import Signal, UnknownSignal
from routing.domain.signal_answers import Said
from tests.domain.people_of_the_mall import AGUS, OMAR
from tests.mall import Mall

run = CliRunner().invoke


def test_signals_are_counted_and_listed_and_no_words_are_shown(sqlite_mall: Mall) -> None:
    document, data = sqlite_mall.registers(), str(sqlite_mall.office.settings.data)
    sqlite_mall.carries()
    sqlite_mall.decides(document, OMAR, "forward")
    period = ["--since", "2026-03-01", "--until", "2026-03-31", "--data", data]
    told = run(app, ["audit", "signals", *period])
    assert told.exit_code == 0, told.output
    assert "faster-than-reading                       1  1 unanswered" in told.stdout
    listed = json.loads(run(app, ["audit", "signals", "--json", *period]).stdout)["items"]
    assert {one["signal"]: one["found"] for one in listed}["faster-than-reading"] == 1
    said = Said(signal=Signal.FAST, about=4, status="explained", text="Berkas Bu Sari singkat")
    answer_signal(sqlite_mall.office, document.number, said, person_id=sqlite_mall.id_of(AGUS))
    entries = run(app, ["audit", "signals", "faster-than-reading", *period])
    assert f"{document.number}  entry 4  omar  0 seconds after it was taken  (explained)" in entries.stdout
    (item,) = json.loads(run(app, ["audit", "signals", "faster-than-reading", "--json", *period]).stdout)["items"]
    assert (item["number"], item["facts"], item["answers"][0]["status"]) == (
        document.number, {"seconds": 0}, "explained",
    )  # fmt: skip
    assert "Bu Sari" not in entries.stdout
    for narrowed in (["--unit", "dinas-kesehatan"], ["--desk", "penomoran"], ["--service", "nib"]):
        assert "No entry raises" in run(app, ["audit", "signals", "faster-than-reading", *narrowed, *period]).stdout


def test_what_nobody_knows_is_refused(sqlite_mall: Mall) -> None:
    data = ["--data", str(sqlite_mall.office.settings.data)]
    for asked, refusal in (
        (["bad-luck"], UnknownSignal),
        (["--service", "nothing"], UnknownService),
        (["--since", "besok"], MalformedField),
    ):
        assert isinstance(run(app, ["audit", "signals", *asked, *data]).exception, refusal)
