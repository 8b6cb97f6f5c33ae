"""What an auditor is shown without searching: ways in which a clock can be made to look better than it was."""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """What is to be looked at."""

    #: returned to the applicant when the last third of the limit had begun
    LATE_RETURN = "late-return"
    #: stopped for another reason than a repair (payment, another agency, a granted pause) when it had begun
    LATE_PAUSE = "late-pause"
    #: returned for what lay there at an earlier return, and was not named then
    REPEATED_RETURN = "repeated-return"
    #: the promise was counted anew
    RESTART = "restart"
    #: the office had answered, and has to answer anew
    TAKEN_BACK = "taken-back"
    #: gone over to a version of the route by which its promise or legal limit ends later, or never
    MOVED_LIMIT = "moved-limit"
    #: a pause that somebody granted
    GRANTED_PAUSE = "granted-pause"
    #: the law deems it granted, because nobody decided in time
    DEEMED = "deemed"
    #: the limit of the law has passed, and nothing follows from it but that
    LIMIT_PASSED = "limit-passed"
