"""Good and damaged bundles, as many as are wanted, each the same whenever it is made again."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from routing.domain.checkpoints import Statement, VerifierKey
from tests.cli.bundle_damage import BYTE_DAMAGES, DAMAGES, SPELLINGS
from tests.cli.paper_log import OFFICE, PaperLog, key_of

_LOGS = 8
#: By a stranger.
_STOLEN = "a key that the one before it did not hand over to"
_ANEW = "a log that the key before it did not begin anew"
#: Nothing is wrong with the bundle, but it is not what was asked for: pinned keys, witnesses.
_ASKED_FOR: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a key that nobody pinned": ((PaperLog(99).verifier_key,), ()),
    "a witness who did not cosign": ((), (VerifierKey.of("ombudsman", key_of("ombudsman"), Statement.WITNESS).text,)),
    "a witness that is no witness": ((), (PaperLog(99).verifier_key,)),
}


@dataclass(frozen=True)
class Case:
    """One file, and what was done to it."""

    what: str
    raw: bytes
    pins: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    #: what has to be named; None: it depends
    entry: str | None = None


@cache
def logs() -> tuple[PaperLog, ...]:
    made = []
    for seed in range(_LOGS):
        log = PaperLog(seed)
        if seed == 6:
            log.begins_anew(log.seal())
        log.lives(3 + 5 * seed, rotates=seed % 2 == 1)
        made.append(log)
    return tuple(made)


def good_cases(count: int, seed: int = 1) -> Iterator[Case]:
    chance = random.Random(seed)
    for no in range(count):
        log, raw = _one(chance)
        spelling = no % (len(SPELLINGS) + 1)
        raw = SPELLINGS[spelling - 1](json.loads(raw)) if spelling else raw
        pins = (log.verifier_key,) if no % 3 else ()
        yield Case(f"good, spelling {spelling}", raw, pins, (log.witness_key,) if no % 2 else ())


def damaged_cases(count: int, seed: int = 2) -> Iterator[Case]:
    """Every kind of damage in turn."""
    chance = random.Random(seed)
    kinds = [*DAMAGES, *BYTE_DAMAGES, *_ASKED_FOR, _STOLEN, _ANEW]
    for no in range(count):
        kind = kinds[no % len(kinds)]
        if kind in (_STOLEN, _ANEW):
            yield Case(kind, _named_by_a_stranger(no, anew=kind == _ANEW), entry="office 3")
            continue
        _, raw = _one(chance)
        if kind in _ASKED_FOR:
            yield Case(kind, raw, *_ASKED_FOR[kind], entry="")
            continue
        if kind in BYTE_DAMAGES:
            yield Case(kind, BYTE_DAMAGES[kind](raw, chance))
            continue
        bundle = json.loads(raw)
        entry = DAMAGES[kind](bundle, chance)
        # Written as ASCII, so that half a surrogate pair can be written at all.
        yield Case(kind, json.dumps(bundle).encode(), entry=entry)


def scrambled_cases(count: int, seed: int = 3) -> Iterator[Case]:
    """Bytes flipped, lost, put in: nobody planned what; a few are as good as before."""
    chance = random.Random(seed)
    good = list(good_cases(20, seed))
    for _ in range(count):
        case = chance.choice(good)
        raw = bytearray(case.raw)
        for _ in range(chance.choice([1, 1, 2, 5])):
            at = chance.randrange(len(raw))
            width = chance.randrange(2)
            raw[at : at + width] = bytes(
                [chance.choice([*b'{}[]",:0e-+.u ', chance.randrange(256)])] * chance.randrange(2)
            )
        yield Case("scrambled", bytes(raw), case.pins, case.witnesses)


def kinds_of_damage() -> int:
    return len(DAMAGES) + len(BYTE_DAMAGES) + len(_ASKED_FOR) + 2


def _one(chance: random.Random) -> tuple[PaperLog, bytes]:
    log = chance.choice(logs())
    number = chance.choice([one for one in log.chains if one != OFFICE and len(log.chains[one]) > 2])
    return log, log.bundle(number).bytes()


def _named_by_a_stranger(seed: int, *, anew: bool) -> bytes:
    log = PaperLog(seed)
    log.writes("PBG-2026-000001", "submitted", channel="counter")
    if anew:
        log.begins_anew(log.seal(), signer=key_of("a stranger"))
    else:
        log.rotates(signer=key_of("a stranger"))
    log.seal()
    return log.bundle("PBG-2026-000001").bytes()
