"""Conditions and sums an office writes down, in CEL: compiled once, evaluated over facts, never trusted.

The language is Google's Common Expression Language, which cannot loop for ever; what it may be given is bounded here.
This is the only file that knows the library. What is named in an expression is ``facts``'.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import StringConstraints

from routing.domain.errors import Kind, Refusal

if TYPE_CHECKING:
    from cel import Program as CompiledSource

#: Longest expression, in characters.
LONGEST_SOURCE = 1_000
#: Loops over lists (``exists``, ``all`` ...) one expression may hold: three in each other over 100 papers take seconds.
MOST_LOOPS = 2
#: Longest list an expression is given.
LONGEST_LIST = 100

#: An expression as it stands in a workflow file.
Source = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SOURCE)]

_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|existsOne|map|filter)\s*\(")
# What could hide a loop from whoever counts them: comments, and strings of the kinds nobody needs here.
_HIDING = re.compile(r"//|\'\'\'|\"\"\"|\b[rRbB]{1,2}[\'\"]")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_MEMBER = re.compile(r"\b([a-z_]+)\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([^']*)'\s*\]|\[\s*\"([^\"]*)\"\s*\])")


class BrokenExpression(Refusal):
    """The expression {source} cannot be used: {problem}. Write it anew; docs/workflow-language.md tells what may be
    said.
    """

    code = "broken_expression"
    kind = Kind.MALFORMED


class NoAmount(Refusal):
    """No amount follows from {source}: {problem}. Fill in what it needs, or have the expression mended."""

    code = "no_amount"


_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a condition holds; where it could not be told, why."""

    holds: bool
    why: str = ""


class Expression:
    """A compiled expression. Safe to share between threads."""

    def __init__(self, source: str, program: CompiledSource) -> None:
        self.source = source
        self._program = program
        #: each fact it is given is copied into the library's own form: it gets those it names
        self._named = frozenset(program.variables())

    @property
    def roots(self) -> tuple[str, ...]:
        """The variables it names, e.g. ``form``; those its own loops bind among them."""
        return tuple(self._program.variables())

    @property
    def members(self) -> tuple[tuple[str, str], ...]:
        """What it looks up in them: ``form.area`` is ("form", "area")."""
        found = []
        for match in _MEMBER.finditer(self.source):
            root, *names = match.groups()
            found.append((root, next(name for name in names if name is not None)))
        return tuple(found)

    def judge(self, facts: Mapping[str, Any]) -> Verdict:
        """Whether it holds. What cannot be told does not hold, and ``why`` says what was missing."""
        try:
            value = self._execute(facts)
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong in there, the answer is no
            return Verdict(holds=False, why=_in_words(problem))
        if not isinstance(value, bool):
            return Verdict(holds=False, why=f"{value!r} is neither true nor false"[:200])
        return Verdict(holds=value)

    def amount(self, facts: Mapping[str, Any]) -> int:
        """What it comes to, in whole rupiah, half a rupiah and more rounded up. Raises NoAmount."""
        try:
            value = self._execute(facts)
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong in there, there is no amount
            raise NoAmount(source=self.source, problem=_in_words(problem)) from None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**15:
            raise NoAmount(source=self.source, problem=f"{value!r} is no amount of rupiah"[:200])
        return int(value + 0.5)

    def _execute(self, facts: Mapping[str, Any]) -> Any:
        try:
            return self._program.execute({name: fact for name, fact in facts.items() if name in self._named})
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:  # noqa: BLE001 - where the library itself breaks, it raises no Exception
            raise RuntimeError(str(panic)) from None


@lru_cache(maxsize=4096)
def compiled(source: str) -> Expression:
    """The expression, ready. The same source gives the same one. Raises BrokenExpression."""
    if len(source) > LONGEST_SOURCE:
        raise BrokenExpression(source=source[:60], problem=f"it is longer than {LONGEST_SOURCE} characters")
    if _HIDING.search(source):
        raise BrokenExpression(source=source[:60], problem="it holds a comment, or a string that is not a plain one")
    if len(_LOOP.findall(_STRING.sub("''", source))) > MOST_LOOPS:
        raise BrokenExpression(source=source[:60], problem=f"it holds more than {MOST_LOOPS} loops over lists")
    try:
        return Expression(source, _library().compile(source))
    except Exception as problem:  # noqa: BLE001 - the library raises what it likes; none of it may pass
        raise BrokenExpression(source=source[:60], problem=_in_words(problem)) from None


@cache
def _library() -> Any:
    with _ONE_AT_A_TIME:
        # Who waited finds it set up: setting it up twice ends in a panic of its own.
        return sys.modules.get("cel.cel") or _set_up()


def _set_up() -> Any:
    """The compiled part of the library, alone and when it is first needed.

    ``import cel`` brings its command line along (prompt, colours, tables): 0.4 s at every start of every process.
    """
    package = find_spec("cel")
    if package is None or package.submodule_search_locations is None:
        raise ModuleNotFoundError("cel")
    spec = PathFinder.find_spec("cel.cel", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("cel.cel")
    # It can be set up once a process: whoever imports the whole library later finds it here.
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _in_words(problem: Exception) -> str:
    """One line of what the library says, without its advice for programmers."""
    if isinstance(problem, KeyError):
        return f"{problem.args[0]} is not known"
    first = str(problem).strip().partition("\n")[0]
    return first.partition(". ")[0].partition(". Check")[0][:200]
