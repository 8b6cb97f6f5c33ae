"""A masked NIK or telephone number is shown whole: for a reason, to whoever may see who applies, and never silently."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.domain.acting import acting_facts
from routing.domain.application import Application, Particulars
from routing.domain.audit_chain import keyed_digest
from routing.domain.business_identifiers import masked_digits
from routing.domain.errors import Kind, MalformedField, Refusal
from routing.domain.fields import Field, FieldKind
from routing.domain.identifiers import masked_nik, masked_phone
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.people import Action, Person, Place, require
from routing.domain.phrases import Phrase
from routing.domain.preconditions import reason_text
from routing.domain.workflow import Reason, Workflow

#: Numbers of people in a form; a NIB names a business, and a plate or a place has to be seen to be worked with.
_MASKS: Mapping[FieldKind, Callable[[str], str]] = MappingProxyType(
    {FieldKind.NIK: masked_nik, FieldKind.PHONE: masked_phone, FieldKind.NPWP: masked_digits}
)


class Masked(StrEnum):
    """What is masked on every page."""

    NIK = "nik"
    PHONE = "phone"
    #: masked numbers of the form
    FORM = "form"


class RevealReasonMissing(Refusal):
    """Personal data is revealed for a reason, which is kept. Write in a few words what it is needed for."""

    code = "reveal_reason_missing"
    kind = Kind.MALFORMED


class NothingKept(Refusal):
    """Nothing personal is kept of application {number}: it was imported without, or has been erased."""

    code = "nothing_kept"


class TooManyReveals(Refusal):
    """{person} has revealed personal data {most} times within an hour, which is the most. Try again later."""

    code = "too_many_reveals"
    kind = Kind.BUSY


def masked_fields(workflow: Workflow, who: Particulars) -> dict[str, Field]:
    """The fields of the form whose values no page shows, as far as they were filled in."""
    return {code: field for code, field in workflow.form.items() if field.kind in _MASKS and code in who.answers}


def masked(field: Field, value: str) -> str:
    """A value of the form as every page shows it."""
    mask = _MASKS.get(field.kind)
    return mask(value) if mask is not None else value


def require_few(person: Person, so_far: int, most: int) -> None:
    """Nobody copies the register by clicking through it."""
    if so_far >= most:
        raise TooManyReveals(person=person.code, most=most)


def reveal(
    application: Application,
    wanted: Collection[Masked],
    *,
    reason: str,
    person: Person,
    place: Place,
    at: datetime,
    digest_key: bytes,
) -> Move:
    """The entry that tells of it; the document stays where it is.

    ``place``: the desks at which the applicant is known. Raises NotAllowed, NothingKept, MalformedField,
    RevealReasonMissing, TextTooLong, NotUtf8.
    """
    held = require(person, Action.SEE_PARTICULARS, place, at)
    if application.erased_at is not None or not digest_key:
        raise NothingKept(number=application.number)
    if not wanted:
        raise MalformedField(
            field=Phrase("What is revealed"),
            problem=Phrase("nothing was chosen"),
            way_out=Phrase("Choose at least one of them."),
        )
    text = reason_text(reason, Reason.OPTIONAL, "")
    if not text:
        raise RevealReasonMissing
    facts = {
        "fields": sorted(one.value for one in wanted),
        "reason": keyed_digest(digest_key, text),
        "role": held.role,
        **acting_facts(held.acting),
    }
    entry = entry_of(application, at=at, kind="revealed", desk=held.desk, actor=person.code, facts=facts)
    after = replace(chained(application, entry), version=application.version + 1)
    # An ended application does not begin to count anew because somebody looked at it.
    after = replace(after, changed_at=at) if application.is_open else after
    note = Note(seq=entry.seq, text=text)
    return Move(at=at, before=application, after=after, visits=(), entries=(entry,), note=note)
