"""Names on screen, as programs are given them: in both languages."""

from __future__ import annotations

from pydantic import BaseModel

from routing.domain.desks import Label


class Name(BaseModel):
    """A name on screen."""

    id: str
    en: str


def name_of(label: Label) -> Name:
    """A label on the wire."""
    return Name(id=label.id, en=label.en)


def name_or_none(label: Label | None) -> Name | None:
    """A label that may be missing."""
    return name_of(label) if label is not None else None
