"""The programs that sit at automatic desks, one file each; which one decides at a step is the workflow's to say."""

from __future__ import annotations

from routing.actions.attend import Work
from routing.domain.workflow import Program
from routing.settings import Settings
from workers.desks.oss import Oss
from workers.desks.payment import Payment


def programs(settings: Settings) -> dict[Program, Work]:
    """Every program there is, set up as this office has it."""
    return {
        Program.OSS: Oss(settings.oss_url, settings.outside_timeout_seconds),
        Program.PAYMENT: Payment(
            settings.payment_url,
            settings.outside_timeout_seconds,
            ask_again_seconds=settings.payment_ask_seconds,
        ),
    }
