"""The page in docs/verify, in a real browser and opened from a file, comes to the verdicts of satuatap-verify."""

import base64
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from routing.actions.seal import seal
from routing.cli.satuatap_verify import SENTENCES, judge, judge_receipt
from routing.office import Office
from tests.browser.chromium import chromium
from tests.cli.bundle_cases import Case, damaged_cases, good_cases, kinds_of_damage, logs, scrambled_cases
from tests.cli.paper_log import AT, PaperLog, url64
from tests.clock import Clock
from tests.web.api.programs import Program
from tests.web.visitors import open_mall

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verify" / "index.html"
_AT_ONCE = 50
#: What only the program says: of whole logs, of checkpoints, and of files held to each other.
_OF_WHOLE_LOGS = {
    "unpinned", "compared", "uncompared", "unrelated", "leaf", "root", "fork", "note-key", "consistency",
}  # fmt: skip
_JUDGE = """cases => cases.map(({ raw, pins, witnesses }) => {
    const bytes = Uint8Array.from(atob(raw), mark => mark.charCodeAt(0));
    const { verdict, code, entry } = satuAtapVerify.judge(bytes, { pins, witnesses });
    return [verdict, code, entry];
})"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """The page from the disk; whatever it asks of a network or complains of fails the test."""
    context = browser.new_context(offline=True, locale="id-ID")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else complaints.append(asked.url))
    page.goto(PAGE.as_uri())
    yield page
    assert complaints == []
    context.close()


def by_the_page(page: Any, cases: Sequence[Case]) -> list[tuple[str, ...]]:
    told: list[tuple[str, ...]] = []
    for start in range(0, len(cases), _AT_ONCE):
        asked = [
            {"raw": base64.b64encode(case.raw).decode(), "pins": list(case.pins), "witnesses": list(case.witnesses)}
            for case in cases[start : start + _AT_ONCE]
        ]
        told += [tuple(one) for one in page.evaluate(_JUDGE, asked)]
    return told


def by_the_program(cases: Sequence[Case]) -> list[tuple[str, ...]]:
    verdicts = [judge(io.BytesIO(case.raw), case.pins, case.witnesses) for case in cases]
    return [(one.verdict, one.code, one.entry) for one in verdicts]


def agree(page: Any, count: int, seed: int) -> None:
    good, damaged = list(good_cases(count, seed)), list(damaged_cases(max(count, kinds_of_damage()), seed))
    one, other = by_the_page(page, [*good, *damaged]), by_the_program([*good, *damaged])
    differing = [
        (case.what, *both) for case, *both in zip(chain(good, damaged), one, other, strict=True) if both[0] != both[1]
    ]
    assert differing == []
    assert {verdict for verdict, _, _ in one[:count]} == {"good"}
    assert [case.what for case, (verdict, _, _) in zip(damaged, one[count:], strict=True) if verdict == "good"] == []


def test_both_verifiers_agree_on_good_and_damaged_bundles(page: Any) -> None:
    agree(page, 100, seed=11)


@pytest.mark.parametrize("count", [200, pytest.param(5_000, marks=pytest.mark.slow)])
def test_both_verifiers_agree_on_bytes_changed_at_random(page: Any, count: int) -> None:
    cases = list(scrambled_cases(count))
    one, other = by_the_page(page, cases), by_the_program(cases)
    assert [both for both in zip(one, other, strict=True) if both[0] != both[1]] == []
    assert len({code for _, code, _ in one}) > 5


@pytest.mark.slow
def test_both_verifiers_agree_on_a_thousand_good_and_a_thousand_damaged_bundles(page: Any) -> None:
    agree(page, 1_000, seed=12)


def test_both_verifiers_agree_on_receipts(page: Any) -> None:
    log, number = logs()[0], "PBG-2026-000001"
    good = log.receipt(number, 1)
    raw = log.bundle(number).bytes()
    damaged = [good[:-1], good[:-1] + "_", good.replace(".1.", ".2."), good.replace("SA1", "SA2"), ""]
    others = [log.receipt("PBG-2026-000002", 1), PaperLog(3).receipt("office", 1)]
    gone = PaperLog(0)
    gone.writes(number, "submitted", channel="counter")
    for _ in range(40):
        gone.writes(number, "arrived")
    lasts = [gone.receipt(number, 41, given=AT - timedelta(minutes=minutes)) for minutes in (9, 10, 11)]
    lasts.append(re.sub(r"[.]\d+[.][^.]*$", ".1.", lasts[0]))
    lasts[-1] += url64(gone.receipt_key.sign(lasts[-1].rpartition(".")[0].encode()))
    codes = [good, f" {good}\n", *damaged, *others, *lasts]
    seen = judge(io.BytesIO(raw)).seen
    program = [judge_receipt(code, [], [seen]) for code in codes]
    told = page.evaluate(
        """([raw, codes]) => {
            const seals = [satuAtapVerify.judge(new TextEncoder().encode(raw)).seen];
            return codes.map(code => satuAtapVerify.judgeReceipt(code, { seals }))
                .map(({ verdict, code, entry }) => [verdict, code, entry]);
        }""",
        [raw.decode(), codes],
    )
    assert [tuple(one) for one in told] == [(one.verdict, one.code, one.entry) for one in program]
    assert [one.verdict for one in program].count("good") == 2


def test_a_person_chooses_a_file_and_reads_the_verdict_in_both_languages(page: Any, tmp_path: Path) -> None:
    log, number = logs()[2], "PBG-2026-000001"
    file = tmp_path / "bundle.json"
    file.write_bytes(log.bundle(number).bytes())
    page.get_by_label("Seret berkas").set_input_files(file)
    page.locator("#verdict.good").wait_for()
    assert f"Semuanya benar: {number}" in page.locator("#verdict").inner_text()
    assert f"Everything holds: {number}" in page.locator("#verdict").inner_text()
    assert log.verifier_key in page.locator("#verdict").inner_text()
    page.get_by_label("Kode tanda terima").fill(log.receipt(number, 2))
    page.get_by_role("button", name="Periksa").click()
    page.locator("#verdict.good").get_by_text(f"Everything holds: {number}, 2").wait_for()
    bundle = json.loads(file.read_bytes())
    bundle["entries"][1]["hash"] = "0" * 64
    file.write_text(json.dumps(bundle))
    page.get_by_label("Seret berkas").set_input_files(file)
    page.locator("#verdict.wrong").wait_for()
    assert "Catatan 2: hash-nya tidak sesuai" in page.locator("#verdict").inner_text()
    assert "Entry 2: its hash does not follow" in page.locator("#verdict").inner_text()


def test_the_mall_serves_the_page_under_its_strict_policy_and_a_bundle_it_hands_out_holds(
    browser: Any, sqlite_office: Office, clock: Clock, tmp_path: Path
) -> None:
    mall = open_mall(sqlite_office, clock)
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    seal(mall.office)
    file = tmp_path / "bundle.json"
    file.write_bytes(Program(mall, "agus").get(f"/applications/{number}/proof").content)
    complaints: list[str] = []

    def serve(route: Any) -> None:
        with mall.visitor() as anybody:
            answer = anybody.get(urlsplit(route.request.url).path)
        complaints.extend([route.request.url] if answer.status_code != 200 else [])
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    context = browser.new_context()
    context.route("**/*", serve)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("http://satuatap.example/verify/")
    page.get_by_label("Seret berkas").set_input_files(file)
    page.locator("#verdict.good").get_by_text(f"Everything holds: {number}").wait_for()
    context.close()
    assert complaints == []


def test_the_page_has_a_sentence_for_every_verdict_about_bundles_and_receipts(page: Any) -> None:
    codes = set(page.evaluate("Object.keys(satuAtapSentences.codes)"))
    assert codes <= set(SENTENCES)
    assert set(SENTENCES) - codes == _OF_WHOLE_LOGS
