"""Why a program at an automatic desk could not decide, each cause with its sentence. Asking is the workers'."""

from __future__ import annotations

from typing import ClassVar

from routing.domain.errors import Refusal


class ProgramTrouble(Refusal):
    """The program could not decide. Let it try again later, pass the document on, or decide by hand."""

    code = "program_trouble"
    #: whether asking again, without anything being changed here, would be in vain
    is_lasting: ClassVar[bool] = False


class NotConnected(ProgramTrouble):
    """No address of {system} is set, so nobody can be asked. Set {setting} and let it try again, or decide by hand."""

    code = "program_not_connected"
    is_lasting = True


class ProgramBroke(ProgramTrouble):
    """The program broke off in the middle of its work; the log says why. Let it try again, or decide by hand."""

    code = "program_broke"


class OutsideAway(ProgramTrouble):
    """{system} did not answer within {seconds} seconds. Let the program try again later, or decide by hand."""

    code = "outside_away"


class OutsideBroken(ProgramTrouble):
    """{system} answered with an error ({status}). Let the program try again later, or decide by hand."""

    code = "outside_broken"


class OutsideRefused(ProgramTrouble):
    """{system} refused the request ({status}). Look at the particulars, or decide by hand."""

    code = "outside_refused"
    is_lasting = True


class OutsideUnclear(ProgramTrouble):
    """{system} answered something the program does not understand ({problem}). Ask there, or decide by hand."""

    code = "outside_unclear"
