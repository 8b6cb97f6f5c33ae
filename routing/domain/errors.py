"""Every way the office says no, each with a stable code: the one place where a person's sentence is written.

A ``Refusal`` is shown to a person and changes nothing; a ``Fault`` means that something broke and is logged and tried
again. The docstring of a refusal is its sentence: it names the thing, the rule and the way out. Its names in braces
are filled from the keywords it is raised with, so pages can show the same sentence in another language.
Nothing here knows of HTTP: ``Kind`` says what sort of no it is, the doors translate.
"""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of no it is; pages, API and exit codes are chosen by it, not by the single refusal."""

    #: the person may not do this, whatever the state of things
    FORBIDDEN = "forbidden"
    #: the thing named does not exist (or must look as if it did not)
    UNKNOWN = "unknown"
    #: what was sent is not well-formed
    MALFORMED = "malformed"
    #: well-formed and allowed, but not possible as things stand
    IMPOSSIBLE = "impossible"
    #: somebody else was faster
    STALE = "stale"
    #: more than the office takes in
    TOO_LARGE = "too_large"
    #: possible, and not at this very moment
    BUSY = "busy"


class Refusal(Exception):
    """The office says no."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.IMPOSSIBLE

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence(self.template()))

    @classmethod
    def template(cls) -> str:
        """The sentence with its braces, as translators see it."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def sentence(self, template: str) -> str:
        """The given template (this refusal's own, or a translation of it) with the facts filled in."""
        return template.format(**self.facts)


class NotAllowed(Refusal):
    """{person} may not {action} at {thing}: that takes the role {roles} there. Ask an administrator to assign it."""

    code = "not_allowed"
    kind = Kind.FORBIDDEN


class SignInRefused(Refusal):
    """Account or password is wrong, or the account is closed. Try again or ask an administrator."""

    code = "sign_in_refused"
    kind = Kind.FORBIDDEN


class Busy(Refusal):
    """Too many people are signing in at the same moment. Nothing was changed; try again in a few seconds."""

    code = "busy"
    kind = Kind.BUSY


class LinkExpired(Refusal):
    """This one-time link is unknown, used up or too old. Ask for a new one: satuatap account link CODE."""

    code = "link_expired"
    kind = Kind.FORBIDDEN


class WeakPassword(Refusal):
    """A password has at least {least} and at most {most} characters and is not the account's code. Choose another."""

    code = "weak_password"
    kind = Kind.MALFORMED


class UnknownApplication(Refusal):
    """There is no application {number}. Check the number on the receipt."""

    code = "unknown_application"
    kind = Kind.UNKNOWN


class UnknownTrackingCode(Refusal):
    """{code} is not a tracking code of this office. Compare it with the receipt, letter by letter."""

    code = "unknown_tracking_code"
    kind = Kind.UNKNOWN


class UnknownService(Refusal):
    """There is no service {service}. Offered here: {known}."""

    code = "unknown_service"
    kind = Kind.UNKNOWN


class UnknownDesk(Refusal):
    """There is no desk {desk}. Known desks: {known}."""

    code = "unknown_desk"
    kind = Kind.UNKNOWN


class UnknownPerson(Refusal):
    """There is no account {person}. Make it with: satuatap account add {person}."""

    code = "unknown_person"
    kind = Kind.UNKNOWN


class UnknownRole(Refusal):
    """There is no role {role}. Known roles: {known}."""

    code = "unknown_role"
    kind = Kind.UNKNOWN


class UnknownDecision(Refusal):
    """The step "{step}" of {service} knows no decision {decision}. Possible at this step: {possible}."""

    code = "unknown_decision"
    kind = Kind.MALFORMED


class DecisionNotPossible(Refusal):
    """Application {number} is at "{step}"; {decision} is not possible from there. Possible now: {possible}."""

    code = "decision_not_possible"


class ApplicationEnded(Refusal):
    """Application {number} has ended ({outcome}); nothing more can be decided on it."""

    code = "application_ended"


class NotAtThisDesk(Refusal):
    """Application {number} is no longer where you saw it. It is now at: {desks}. Open it again."""

    code = "not_at_this_desk"


class StillOnItsWay(Refusal):
    """Application {number} has been sent to {desk} and has not arrived yet. Try again in a moment."""

    code = "still_on_its_way"


class HeldByAnother(Refusal):
    """Application {number} has been taken by {holder} since {since}. Only the holder decides; ask for its release."""

    code = "held_by_another"
    kind = Kind.STALE


class StaleVersion(Refusal):
    """Application {number} has moved on since you opened it (you saw version {seen}, it is at {now}). Look again."""

    code = "stale_version"
    kind = Kind.STALE


class DeskNotNamed(Refusal):
    """The step "{step}" can be done at several desks: {desks}. Name the one the document goes to."""

    code = "desk_not_named"
    kind = Kind.MALFORMED


class DeskNotOffered(Refusal):
    """The step "{step}" is not done at {desk}. Possible desks: {desks}."""

    code = "desk_not_offered"
    kind = Kind.MALFORMED


class ReasonMissing(Refusal):
    """{decision} needs a reason in words, because the applicant or the earlier desk must know what to do."""

    code = "reason_missing"
    kind = Kind.MALFORMED


class RequirementsNotNamed(Refusal):
    """{decision} must name every requirement that is to be repaired, all at once. Name at least one of: {known}."""

    code = "requirements_not_named"
    kind = Kind.MALFORMED


class UnknownRequirement(Refusal):
    """{service} has no requirement {requirement}. Its requirements: {known}."""

    code = "unknown_requirement"
    kind = Kind.MALFORMED


class FormUsedUp(Refusal):
    """This form has already registered somebody else ({number}). Open a new one and type it there."""

    code = "form_used_up"
    kind = Kind.STALE


class RequirementMissing(Refusal):
    """{service} cannot be registered without: {missing}. Give the applicant this list and register when complete."""

    code = "requirement_missing"
    kind = Kind.MALFORMED


class MalformedNik(Refusal):
    """The NIK is not well-formed: {problem}. A NIK has 16 digits, as on the identity card."""

    code = "malformed_nik"
    kind = Kind.MALFORMED


class MalformedField(Refusal):
    """{field}: {problem}. {way_out}"""

    code = "malformed_field"
    kind = Kind.MALFORMED


class TextTooLong(Refusal):
    """{field} has {length} characters; at most {most} are kept. Shorten it, or attach it as a document."""

    code = "text_too_long"
    kind = Kind.TOO_LARGE


class BodyTooLarge(Refusal):
    """What was sent has more than {most} bytes. Shorten the text or send less at once; nothing was saved."""

    code = "body_too_large"
    kind = Kind.TOO_LARGE


class NotUtf8(Refusal):
    """The text of {field} is not valid UTF-8. Type it anew or save the file as UTF-8."""

    code = "not_utf8"
    kind = Kind.MALFORMED


class BrokenLog(Refusal):
    """{file}, line {line}: {problem}. {way_out}"""

    code = "broken_log"
    kind = Kind.MALFORMED


class UnreadableFile(Refusal):
    """{file} cannot be read: {problem}. Check the name and who may read it."""

    code = "unreadable_file"
    kind = Kind.UNKNOWN


class RequestForged(Refusal):
    """This form did not come from a page of this office, or the page is too old. Open the page again and repeat."""

    code = "request_forged"
    kind = Kind.FORBIDDEN


class NotSignedIn(Refusal):
    """Sign in first: this page is for staff of the office."""

    code = "not_signed_in"
    kind = Kind.FORBIDDEN


class AlreadyThere(Refusal):
    """{thing} {name} exists already. Choose another, or change the existing one."""

    code = "already_there"


class OtherLog(Refusal):
    """Case {case} is already in service {service}, from another log. Import this one under another --service."""

    code = "other_log"


class LastAdministrator(Refusal):
    """{person} is the last administrator who can sign in. Make somebody else administrator first."""

    code = "last_administrator"


class DataFolderUnusable(Refusal):
    """{folder} cannot be used as the data folder: {problem}. Choose another with --data."""

    code = "data_folder_unusable"


class Fault(Exception):
    """Something broke. It has been logged; try again, and nothing is half-written."""

    code: ClassVar[str] = "fault"


class DatabaseAway(Fault):
    """The database cannot be reached, is full or read-only. Look whether your last step was saved, else repeat it."""

    code = "database_away"


class NotMigrated(Fault):
    """The database is not at this program's version. Run: satuatap migrate."""

    code = "not_migrated"
