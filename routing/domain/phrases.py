"""Pieces of sentences that can be said in another language; what a refusal is filled with."""

from __future__ import annotations

from typing import Self


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
