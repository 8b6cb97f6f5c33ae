"""What an administrator of the database does to the log, and what each who looks must find (docs/audit-log.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.application import Application
from routing.domain.audit_chain import rfc3339
from routing.domain.checkpoints import VerifierKey
from routing.domain.log_identity import LOG_BEGUN
from routing.office import Office
from routing.settings import Settings
from routing.vault.log_key import read_signing_key
from tests.acceptance.administrator import Administrator, Line
from tests.acceptance.outsiders import (
    BUNDLE,
    CHECKPOINT,
    INSIDE,
    KEY,
    RECEIPT,
    WITNESS,
    Kept,
    halts,
    still_seals,
)
from tests.clock import Clock
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall

FORGER = "sari"
HONEST = "nothing: honest books"


@dataclass(frozen=True)
class Honest:
    """An office as it was yesterday and as it is today, each a database to be copied."""

    settings: Settings
    yesterday: str
    today: str
    #: A has ended, B is on its way since yesterday; C came today, and D came last
    documents: tuple[Application, ...]
    #: leaves there were yesterday, and before D came
    size_yesterday: int
    size_before_last: int
    now: datetime
    kept: Kept
    mall: Mall


class Scene:
    """A copy of the office for one attack."""

    def __init__(self, honest: Honest, office: Office, clock: Clock) -> None:
        self.honest, self.office, self.clock = honest, office, clock
        self.administrator = Administrator(office)

    def of(self, letter: str) -> Application:
        return self.honest.documents["ABCD".index(letter)]

    def edited(self, lines: list[Line]) -> list[Line]:
        """B's second decision was somebody else's."""
        return [
            one.saying(actor=FORGER) if (one.application_id, one.said["seq"]) == (self.of("B").id, 3) else one
            for one in lines
        ]

    def without_one(self, lines: list[Line]) -> list[Line]:
        """B never arrived."""
        return [one for one in lines if (one.application_id, one.said["seq"]) != (self.of("B").id, 2)]

    def with_one_more(self, lines: list[Line]) -> list[Line]:
        """B arrived a day earlier, too."""
        place = next(no for no, one in enumerate(lines) if one.application_id == self.of("B").id) + 1
        early = rfc3339(self.honest.now - timedelta(days=9))
        return [*lines[:place], lines[place].saying(at=early), *lines[place:]]

    def from_yesterday_on(self, lines: list[Line]) -> list[Line]:
        """What Omar decided since, another did."""
        size = self.honest.size_yesterday
        return lines[:size] + [
            one.saying(actor=FORGER) if one.said["actor"] == OMAR.code else one for one in lines[size:]
        ]

    def works_on(self) -> str | None:
        """So long that the log is longer than it ever was, nobody heeding the alarm; what the office itself says."""
        alarm = halts(self.office)
        # Whoever has the sequencer's machine, too, has it forget what it signed last, and starts the mall anew.
        self.office.settings.last_checkpoint.unlink()
        self.office.database.halted = None
        halts(self.office)
        mall = self.honest.mall
        mall.office, mall.clock = self.office, self.clock
        for _ in range(6):
            mall.registers()
        self.clock.advance(timedelta(minutes=2))
        refused = still_seals(self.office)
        return alarm or refused

    def key(self) -> Ed25519PrivateKey:
        return read_signing_key(self.office.settings.log_key)


def edit_alone(scene: Scene) -> None:
    scene.administrator.edits_and_forgets_the_hash(scene.of("B").id, 3, FORGER)


def edit_and_chain(scene: Scene) -> None:
    scene.administrator.rewrites(scene.edited, tree=False)


def edit_and_no_seals(scene: Scene) -> None:
    scene.administrator.rewrites(scene.edited)
    scene.administrator.drops_seals()


def delete_and_chain(scene: Scene) -> None:
    scene.administrator.rewrites(scene.without_one, tree=False)


def delete_and_tree(scene: Scene) -> None:
    scene.administrator.rewrites(scene.without_one)


def insert_and_chain(scene: Scene) -> None:
    scene.administrator.rewrites(scene.with_one_more, tree=False)


def insert_and_tree(scene: Scene) -> None:
    scene.administrator.rewrites(scene.with_one_more)


def cut_the_tail(scene: Scene) -> None:
    scene.administrator.cuts_off(scene.honest.size_before_last, [scene.of("D").id])


def nothing(_scene: Scene) -> None:
    """The database itself is another one."""


def fork(scene: Scene) -> None:
    scene.administrator.rewrites(scene.from_yesterday_on)
    scene.administrator.drops_seals(after=scene.honest.size_yesterday)


def fork_with_the_key(scene: Scene) -> None:
    scene.administrator.rewrites(scene.from_yesterday_on)
    scene.administrator.signs_again(scene.key())


def fork_with_a_key_of_his_own(scene: Scene) -> None:
    key = Ed25519PrivateKey.generate()

    def his(lines: list[Line]) -> list[Line]:
        return [
            one.saying(key=VerifierKey.of(str(one.said["origin"]), key).text) if one.said["kind"] == LOG_BEGUN else one
            for one in scene.from_yesterday_on(lines)
        ]

    scene.administrator.rewrites(his)
    scene.administrator.signs_again(key)


@dataclass(frozen=True)
class Attack:
    """What is done, in the words of the document, and who must find what; whoever is not named finds nothing."""

    words: str
    act: Callable[[Scene], None]
    found: Mapping[str, str]
    #: what the office itself halts by, or the sequencer
    alarm: str | None = None
    database: str = "today"
    #: the office works on for a while, and the log becomes longer than it was
    goes_on: bool = True


ATTACKS = (
    Attack(
        "one entry edited, its hash left alone",
        edit_alone,
        {
            INSIDE: "B, entry 3",
            KEY: "chain: B, entry 3",
            RECEIPT: "chain: B, entry 3",
            BUNDLE: "chain: B, entry 3",
            CHECKPOINT: "chain: line 20",
        },
    ),
    Attack(
        "the same, and its whole chain recomputed",
        edit_and_chain,
        {
            INSIDE: "leaf 18 (B, entry 3)",
            KEY: "proof: B, entry 3",
            RECEIPT: "entry-changed: B, entry 4",
            BUNDLE: "proof: B, entry 3",
            CHECKPOINT: "chain: line 20",
        },
    ),
    Attack(
        "the same, leaves and tree recomputed, the stored checkpoints deleted",
        edit_and_no_seals,
        {
            RECEIPT: "receipt-hash: B, entry 4",
            BUNDLE: "fork: B, entry 3",
            CHECKPOINT: "fork: both roots",
            WITNESS: "it has been rewritten: both roots",
        },
        alarm="log_behind",
    ),
    Attack(
        "one entry deleted from the middle, its chain recomputed",
        delete_and_chain,
        {
            INSIDE: "leaf 17 (B, entry 2)",
            KEY: "proof: B, entry 2",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: B, entry 2",
            CHECKPOINT: "chain: line 19",
        },
    ),
    Attack(
        "the same of a deletion, leaves and tree recomputed",
        delete_and_tree,
        {
            INSIDE: "seal of 20 leaves",
            KEY: "proof: office 1",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: office 1",
            CHECKPOINT: "root",
        },
        alarm="log_behind",
    ),
    Attack(
        "one entry inserted and back-dated, its chain recomputed",
        insert_and_chain,
        {
            INSIDE: "leaf 17 (B, entry 2)",
            KEY: "proof: B, entry 2",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: B, entry 2",
            CHECKPOINT: "chain: line 19",
        },
    ),
    Attack(
        "the same of an insertion, leaves and tree recomputed",
        insert_and_tree,
        {
            INSIDE: "seal of 20 leaves",
            KEY: "proof: office 1",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: office 1",
            CHECKPOINT: "root",
        },
        alarm="log_behind",
    ),
    Attack(
        "the tail cut off with its checkpoints",
        cut_the_tail,
        {
            RECEIPT: "application-gone: D, entry 1",
            BUNDLE: "fork: both roots",
            CHECKPOINT: "fork: both roots",
            WITNESS: "it has been rewritten: both roots",
        },
        alarm="log_behind",
    ),
    Attack(
        "yesterday's backup restored, and work goes on",
        nothing,
        {
            RECEIPT: "receipt-missing: B, entry 6",
            BUNDLE: "fork: both roots",
            CHECKPOINT: "fork: both roots",
            WITNESS: "it has been rewritten: both roots",
        },
        database="yesterday",
        alarm="log_behind",
    ),
    Attack(
        "yesterday's log and checkpoint shown again",
        nothing,
        {
            RECEIPT: "receipt-missing: B, entry 6",
            BUNDLE: "C: the office has no such application",
            WITNESS: "it has become shorter: both roots",
        },
        database="yesterday",
        goes_on=False,
    ),
    Attack(
        "all since yesterday rewritten (a fork), its checkpoints deleted: the sequencer signs anew",
        fork,
        {
            RECEIPT: "receipt-hash: C, entry 4",
            BUNDLE: "fork: C, entry 4",
            CHECKPOINT: "fork: both roots",
            WITNESS: "it has been rewritten: both roots",
        },
        alarm="log_behind",
    ),
    Attack(
        "the same fork, all checkpoints signed anew with the stolen key",
        fork_with_the_key,
        {
            RECEIPT: "receipt-hash: C, entry 4",
            BUNDLE: "fork: C, entry 4",
            CHECKPOINT: "fork: both roots",
            WITNESS: "it has been rewritten: both roots",
        },
        alarm="log_behind",
    ),
    Attack(
        "the same fork, all checkpoints signed anew with a key of his own",
        fork_with_a_key_of_his_own,
        {
            KEY: "untrusted",
            RECEIPT: "entry-changed: C, entry 4",
            BUNDLE: "untrusted",
            CHECKPOINT: "untrusted",
            WITNESS: "not_the_pinned_log",
        },
        alarm="log_behind",
    ),
    Attack(
        HONEST,
        nothing,
        {},
    ),
)
