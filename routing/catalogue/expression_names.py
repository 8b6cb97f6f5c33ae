"""What an expression names, and the words and numbers it compares with: read off its text, for the checker.

Whether the text is an expression at all is ``domain.guards``'; nothing here evaluates anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

#: A text in quotes; its content may be the name of a member, a choice, or something to compare with.
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
#: In the masked source texts are ``"0"``, ``"1"`` ...: their places in the list of texts.
_INDEX = r"\[\s*\"(\d+)\"\s*\]"
_LOOKUP = re.compile(rf"(?<![\w.\]])([A-Za-z_]\w*)\s*(?:\.\s*([A-Za-z_]\w*)\b(?!\s*\()|{_INDEX})")
_ROOT = re.compile(r"(?<![\w.\"])([A-Za-z_]\w*)\b(?!\s*\()")
_WORDS = frozenset({"in", "true", "false", "null"})
_SECOND = re.compile(rf"\s*(?:\.\s*([A-Za-z_]\w*)\b(?!\s*\()|{_INDEX})")
_NUMBER = re.compile(r"(?<![\w.\"])\d+(?:\.\d+)?(?![\w\"])")
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_FUNCTION = re.compile(r"\.\s*(matches|startsWith|endsWith|contains)\s*\(")
_NAME = r"([A-Za-z_]\w*)(?:\s*\.\s*([A-Za-z_]\w*)|\s*" + _INDEX + r")?"
_COMPARED = re.compile(rf"(?<![\w.\]]){_NAME}\s*[!=]=\s*\"(\d+)\"")
_COMPARED_TO = re.compile(rf"\"(\d+)\"\s*[!=]=\s*(?<![\w.\]]){_NAME}(?!\s*[\w.(\[])")
_ONE_OF = re.compile(rf"(?<![\w.\]]){_NAME}\s+in\s*\[([^\]]*)\]")
_IS_IN = re.compile(r"\"(\d+)\"\s+in\s+([A-Za-z_]\w*)\b(?!\s*[.(\[])")

#: ``("form", "area")``; ``("opinions", "team", "refuse")``; ``("channel",)``.
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What one expression names."""

    #: what is looked up, in the order of the text, each once
    members: tuple[Name, ...]
    #: every name that nothing is looked up before, e.g. ``form``, ``papers``; functions are none
    roots: frozenset[str]
    #: the names its own loops bind
    bound: frozenset[str]
    #: a name, and a text it is compared with
    compared: tuple[tuple[Name, str], ...]
    texts: tuple[str, ...]
    numbers: tuple[float, ...]
    #: whether it looks into texts, so that no few samples tell whether it can ever hold
    looks_into_texts: bool


@lru_cache(maxsize=4096)
def names_in(source: str) -> Names:
    """What that expression names."""
    texts: list[str] = []

    def masked(match: re.Match[str]) -> str:
        texts.append(match[1] if match[1] is not None else match[2])
        return f'"{len(texts) - 1}"'

    plain = _TEXT.sub(masked, source)
    return Names(
        members=tuple(dict.fromkeys(_members(plain, texts))),
        roots=frozenset(_ROOT.findall(plain)) - _WORDS,
        bound=frozenset(_BOUND.findall(plain)),
        compared=tuple(_compared(plain, texts)),
        texts=tuple(dict.fromkeys(texts)),
        numbers=tuple(dict.fromkeys(float(number) for number in _NUMBER.findall(plain))),
        looks_into_texts=_FUNCTION.search(plain) is not None,
    )


def _members(plain: str, texts: list[str]) -> list[Name]:
    found: list[Name] = []
    for match in _LOOKUP.finditer(plain):
        name = _name(texts, *match.groups()[:3])
        second = _SECOND.match(plain, match.end()) if match[1] == "opinions" else None
        found.append(name + _name(texts, "", *second.groups())[1:] if second is not None else name)
    return found


def _compared(plain: str, texts: list[str]) -> list[tuple[Name, str]]:
    found = [(_name(texts, *match.groups()[:3]), texts[int(match[4])]) for match in _COMPARED.finditer(plain)]
    found += [(_name(texts, *match.groups()[1:]), texts[int(match[1])]) for match in _COMPARED_TO.finditer(plain)]
    for match in _ONE_OF.finditer(plain):
        name = _name(texts, *match.groups()[:3])
        found += [(name, texts[int(place)]) for place in re.findall(r"\"(\d+)\"", match[4])]
    for match in _IS_IN.finditer(plain):
        found.append(((match[2],), texts[int(match[1])]))
    return found


def _name(texts: list[str], *parts: str | None) -> Name:
    """From a root, the member after a dot, and the place of a text in brackets; one of the latter may be there."""
    root, member, place = parts
    if member is not None:
        return (root or "", member)
    return (root or "", texts[int(place)]) if place is not None else (root or "",)
