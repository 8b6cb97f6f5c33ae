"""A finding: what is wrong in an office's file, where, by which rule, and the way out.

Findings are for whoever writes the files; what a person at a desk is told is a ``Refusal``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import islice

#: The keys and list positions that lead to a value in a file.
Path = tuple[str | int, ...]
#: Line and column of the value a path leads to.
Locate = Callable[[Path], tuple[int, int]]
#: Makes a finding about one route: where, its code, what is wrong, the way out.
Say = Callable[[Path, str, str, str], "Finding"]

#: So many findings in one file are told one by one; nobody repairs more at a time.
MOST_FINDINGS = 100
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong; printed as ``FILE:LINE:COLUMN: code: problem way_out``."""

    file: str
    #: counted from 1; 0: what was checked is no file
    line: int
    column: int = 0
    #: the rule, stable
    code: str
    #: a sentence that names the thing and the rule
    problem: str
    #: a sentence that tells what to do
    way_out: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.code}: {self.problem} {self.way_out}"

    def as_json(self) -> dict[str, str | int]:
        """The finding as ``--json`` prints it."""
        return asdict(self)


def nowhere(_path: Path) -> tuple[int, int]:
    """Where something is that was not read from a file."""
    return 0, 0


def first_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the file; of very many, the first and a word about the rest."""
    told = list(islice(findings, MOST_FINDINGS + 1))
    cut = told[MOST_FINDINGS:]
    told = sorted(told[:MOST_FINDINGS], key=lambda finding: (finding.line, finding.column))
    for more in cut:
        told.append(
            Finding(
                file=more.file,
                line=more.line,
                code="more-findings",
                problem=f"There are more than {MOST_FINDINGS} findings in this file.",
                way_out="Repair these first and check again.",
            )
        )
    return tuple(told)


def shown(text: str) -> str:
    """A piece of somebody's file in quotes, fit for one line on a terminal."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
    return '"' + "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in cut) + '"'


def instead_of(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """The way out of a word nobody knows: the nearest one that is known, or else all of them."""
    words = list(known)
    near = difflib.get_close_matches(word[:100], words, n=1)
    if near:
        return f"Did you mean {shown(near[0])}? {otherwise}".rstrip()
    if 0 < len(words) <= 20:
        return f"Known: {', '.join(words)}. {otherwise}".rstrip()
    return otherwise or "Correct its spelling."
