"""``satuatap audit receipt``: does the log still say what somebody's receipt says?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say

if TYPE_CHECKING:
    from routing.reading.log_receipts import ReceiptVerdict

_SENTENCES = {
    "holds": "The log says the same: {number}, entry {seq}, of {at}.",
    "not-signed": "This office has not signed this receipt. It is another office's, or it was made up.",
    "application-gone": "This office signed this receipt, and its log knows no application {number} any more.",
    "entry-gone": "This office signed this receipt for entry {seq}, and the log of {number} ends at entry {entries}.",
    "entry-changed": "This office signed this receipt, and entry {seq} of {number} is another one now.",
}


def receipt(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The whole receipt: the line that begins with SA1.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a receipt against this office's log; exit 1 where they do not agree.

    Whoever doubts the office takes satuatap-verify and a bundle instead, on a machine of their own.
    """
    from routing.domain.audit_chain import rfc3339
    from routing.domain.log_receipts import receipt_read
    from routing.reading.log_receipts import judge_receipt

    read = receipt_read(code)
    with open_office(data, needs_key=False) as office:
        verdict = judge_receipt(office, read)
    said = {"number": read.number, "seq": read.seq, "at": rfc3339(read.at), "entries": verdict.entries}
    words = _SENTENCES[verdict.finding.value].format(**said) + _how_sealed(verdict)
    document = {"finding": verdict.finding.value, "short": read.short, "leaf": verdict.leaf}
    say(said | document | {"sealed_size": verdict.sealed_size}, as_json=as_json, words=words)
    if verdict.finding.value != "holds":
        raise typer.Exit(1)


def _how_sealed(verdict: ReceiptVerdict) -> str:
    if verdict.finding.value != "holds":
        return ""
    if verdict.sealed_size is None:
        return " It is not sealed yet."
    return f" It is leaf {verdict.leaf} of the seal over {verdict.sealed_size} entries."
