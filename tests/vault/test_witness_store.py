"""A witness's folder on a full disk: what was held stays held, and nobody is told otherwise."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.checkpoints import Checkpoint, VerifierKey, cosigned, signed
from routing.domain.witnessing import Held
from routing.vault.log_key import LogKeyUnusable
from routing.vault.witness_store import Witness, WitnessStore, WitnessStoreUnusable

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
LOG = VerifierKey.of("izin.example.go.id/log/1", KEY)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for a key, and for one state of a store."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no disk of our own: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def held(who: Witness, size: int) -> Held:
    note = cosigned(signed(Checkpoint(LOG.name, size, bytes(32)), KEY), who.verifier.name, who.key, AT)
    return Held(log="https://izin.example.go.id", keys=(LOG,), note=note)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def test_a_full_disk_keeps_what_was_held_and_takes_nothing_new(full_disk: Path) -> None:
    store = WitnessStore(full_disk / "saksi")
    who = store.witness("saksi")
    first = held(who, 1)
    store.keep(first)
    filler = fill(full_disk)
    with pytest.raises(WitnessStoreUnusable, match="No space left"):
        store.keep(held(who, 2))
    with pytest.raises(WitnessStoreUnusable):
        store.keep_proof("-", held="a", shown="b", proof=None)
    assert store.held(who) == first
    filler.unlink()
    store.keep(held(who, 2))
    assert store.held(who) == held(who, 2)
    assert [one.name for one in store.folder.iterdir() if one.name.endswith(".part")] == []


def test_nobody_begins_on_a_full_disk(full_disk: Path) -> None:
    fill(full_disk)
    with pytest.raises((WitnessStoreUnusable, LogKeyUnusable)):
        WitnessStore(full_disk / "saksi").witness("saksi")


def test_what_another_witness_has_signed_is_not_held_here(tmp_path: Path) -> None:
    store, other = WitnessStore(tmp_path / "saksi"), WitnessStore(tmp_path / "lain")
    who, stranger = store.witness("saksi"), other.witness("saksi")
    assert store.witness("another name").verifier == who.verifier
    store.keep(held(stranger, 3))
    with pytest.raises(WitnessStoreUnusable, match="lacks this witness's line"):
        store.held(who)
    (store.folder / "witness.key").chmod(0o644)
    with pytest.raises(LogKeyUnusable, match="chmod 600"):
        store.witness(None)
