"""What is sealed opens in its place and with its key, and nowhere else."""

import pytest

from routing.domain.application import Particulars
from routing.vault.personal_data import SealBroken, Vault

VAULT = Vault(bytes(range(32)))
KEY = VAULT.new_key(7, bytes(32))
WHO = Particulars(name="dr. Ōé 🩺", nik="3579014107900001", phone="0812345678", answers={"place": "Klinik"})


def test_what_is_sealed_opens_again_and_shows_nothing_meanwhile() -> None:
    sealed = KEY.seal_particulars(WHO)
    assert KEY.particulars(sealed) == WHO
    assert KEY.note(3, KEY.seal_note(3, "Foto buram")) == "Foto buram"
    for hidden in ("3579014107900001", "0812345678", "Klinik"):
        assert hidden.encode() not in sealed
    assert KEY.seal_particulars(WHO) != sealed, "the same words never look the same twice"


def test_a_key_is_unwrapped_for_its_own_application_only() -> None:
    wrapped = VAULT.wrap(KEY)
    assert VAULT.unwrap(7, wrapped) == KEY
    assert KEY.data not in wrapped
    with pytest.raises(SealBroken):
        VAULT.unwrap(8, wrapped)
    with pytest.raises(SealBroken):
        Vault(bytes(32)).unwrap(7, wrapped)


def test_what_was_changed_moved_or_cut_does_not_open() -> None:
    sealed = KEY.seal_note(3, "Foto buram")
    with pytest.raises(SealBroken):
        KEY.note(4, sealed)
    with pytest.raises(SealBroken):
        KEY.particulars(sealed)
    with pytest.raises(SealBroken):
        VAULT.new_key(7, bytes(32)).note(3, sealed)
    for place in range(len(sealed)):
        changed = bytes(byte ^ (1 if at == place else 0) for at, byte in enumerate(sealed))
        for broken in (changed, sealed[:place]):
            with pytest.raises(SealBroken):
                KEY.note(3, broken)


def test_one_nik_has_one_index_and_another_master_key_another() -> None:
    assert VAULT.index_of(WHO.nik) == VAULT.index_of(WHO.nik)
    assert len(VAULT.index_of(WHO.nik)) == 16
    assert VAULT.index_of(WHO.nik) != VAULT.index_of("3579014107900002")
    assert VAULT.index_of(WHO.nik) != Vault(bytes(32)).index_of(WHO.nik)


def test_no_key_stands_in_what_is_printed() -> None:
    for shown in (repr(KEY), repr(VAULT), repr(VAULT.__dict__.keys())):
        assert KEY.data.hex() not in shown
        assert repr(KEY.data) not in shown
        assert repr(KEY.digest) not in shown
