"""Pieces of sentences that can be said in another language; what a refusal is filled with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from routing.domain.desks import Label


class Phrase(str):
    """A piece of a refusal's sentence that can be said in another language: reads as text, remembers its words."""

    __slots__ = ("facts", "template")

    template: str
    facts: dict[str, object]

    def __new__(cls, template: str, **facts: object) -> Self:
        """The template with its braces filled in."""
        phrase = super().__new__(cls, template.format(**facts))
        phrase.template, phrase.facts = template, facts
        return phrase


class Called(str):
    """The office's own name for a thing: reads in English, remembers both languages."""

    __slots__ = ("label",)

    label: Label

    def __new__(cls, label: Label) -> Self:
        """The name on screen."""
        called = super().__new__(cls, label.en)
        called.label = label
        return called


class Listed(str):
    """Several pieces, one after the other; each can be said in another language."""

    __slots__ = ("parts",)

    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> Self:
        """The pieces with commas between them."""
        said = tuple(parts)
        listed = super().__new__(cls, ", ".join(said))
        listed.parts = said
        return listed
