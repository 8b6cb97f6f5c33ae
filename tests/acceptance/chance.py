"""Chance that can be had again."""

from __future__ import annotations

import os
import random
import secrets


def seeded() -> random.Random:
    """Its seed is printed, and so stands in the report of a test that fails; SATUATAP_TEST_SEED has it again."""
    seed = int(os.environ.get("SATUATAP_TEST_SEED") or secrets.randbits(32))
    print(f"SATUATAP_TEST_SEED={seed}")
    return random.Random(seed)
