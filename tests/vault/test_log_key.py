"""The log's key is in one process's hands: made once, closed to others, and never taken for another."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from routing.domain.checkpoints import VerifierKey
from routing.vault.log_key import (
    LogKeyUnusable,
    log_key,
    make_signing_key,
    next_key_file,
    put_in_place,
    read_signing_key,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mall" / "log.key"


def named(path: Path) -> VerifierKey:
    return VerifierKey.of("satuatap-0badcafe/log/1", read_signing_key(path))


def test_a_key_is_made_once_for_its_owners_eyes_only(path: Path) -> None:
    assert make_signing_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    key = named(path)
    assert not make_signing_key(path)
    assert named(path) == key
    assert [one.name for one in path.parent.iterdir()] == ["log.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o610])
def test_a_key_that_others_can_reach_is_not_used(path: Path, mode: int) -> None:
    make_signing_key(path)
    path.chmod(mode)
    with pytest.raises(LogKeyUnusable, match="chmod 600"):
        read_signing_key(path)


def test_a_key_only_its_owner_can_read_is_used(path: Path) -> None:
    make_signing_key(path)
    path.chmod(0o400)
    assert isinstance(read_signing_key(path), Ed25519PrivateKey)


def test_what_is_no_key_is_refused_without_quoting_it(path: Path) -> None:
    locked = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir()
    for content in (b"", b"hush-hush", locked, other):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(LogKeyUnusable, match="holds no signing key") as refused:
            read_signing_key(path)
        assert "hush" not in str(refused.value)
        assert refused.value.__cause__ is None


def test_a_missing_key_is_not_replaced_by_a_new_one(path: Path) -> None:
    make_signing_key(path)
    key = named(path)
    path.unlink()
    with pytest.raises(LogKeyUnusable, match="Put the file back"):
        log_key(path, key)
    assert not path.exists()


def test_another_key_than_the_log_names_signs_nothing(path: Path) -> None:
    make_signing_key(path)
    key = named(path)
    path.unlink()
    make_signing_key(path)
    with pytest.raises(LogKeyUnusable, match="not the one the log names"):
        log_key(path, key)


def test_a_rotation_that_was_cut_short_is_brought_to_its_end(path: Path) -> None:
    make_signing_key(path)
    make_signing_key(next_key_file(path))
    old, new = named(path), named(next_key_file(path))
    assert VerifierKey.of(old.name, log_key(path, old)) == old
    assert VerifierKey.of(old.name, log_key(path, new)) == new
    assert named(path) == new
    assert not next_key_file(path).exists()
    put_in_place(path)
    assert named(path) == new


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LogKeyUnusable, match=r"cannot be written to .*log\.key"):
        make_signing_key(tmp_path / "file" / "log.key")
