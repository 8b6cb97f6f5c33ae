"""Whoever holds a receipt can see whether the log still says the same, and how far it is sealed."""

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.actions.seal import begin_log, seal
from routing.domain.application import Application
from routing.domain.log_receipts import RECEIPT_KEY, LogReceipt, signed_receipt
from routing.office import Office
from routing.reading.log_receipts import Finding, judge_receipt, receipts_of
from routing.settings import Settings
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall


def registered(mall: Mall) -> Application:
    application = mall.registers()
    mall.carries()
    return application


def rewrite(office: Office, statement: str) -> None:
    """What an administrator of the database does, past every trigger."""
    with office.database.writing() as connection:
        if office.database.is_sqlite:
            kinds = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'")
            for name in connection.execute(kinds).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(statement)


def test_a_registration_and_a_decision_each_have_a_receipt_that_holds(mall: Mall) -> None:
    application = registered(mall)
    number = application.number
    mall.decides(application, OMAR, "forward")
    given = receipts_of(mall.office, number)
    assert [one.kind for one in given] == ["decided", "decided", "submitted"]
    assert [judge_receipt(mall.office, one.receipt).finding for one in given] == [Finding.HOLDS] * 3


def test_a_receipt_is_upgraded_once_its_entry_is_sealed(mall: Mall) -> None:
    number = registered(mall).number
    before = receipts_of(mall.office, number)[-1]
    assert (before.leaf, before.sealed_size) == (None, None)
    begin_log(mall.office)
    seal(mall.office)
    after = receipts_of(mall.office, number)[-1]
    assert after.receipt == before.receipt
    verdict = judge_receipt(mall.office, before.receipt)
    assert after.leaf is not None
    assert after.sealed_size is not None
    assert (verdict.leaf, verdict.sealed_size) == (after.leaf, after.sealed_size)


def test_the_key_of_the_receipts_is_named_in_the_log_once(mall: Mall, settings: Settings) -> None:
    number = registered(mall).number
    receipts_of(mall.office, number)
    second = Office(settings)
    receipts_of(second, number)
    second.close()
    with mall.office.transaction() as tx:
        assert len(tx.office_log.of_kind(RECEIPT_KEY)) == 1


def test_a_lost_key_is_replaced_and_the_old_receipts_still_hold(mall: Mall, settings: Settings) -> None:
    number = registered(mall).number
    old = receipts_of(mall.office, number)[0].receipt
    settings.receipt_key.unlink()
    second = Office(settings)
    new = receipts_of(second, number)[0].receipt
    assert new.signature != old.signature
    assert {judge_receipt(second, one).finding for one in (old, new)} == {Finding.HOLDS}
    second.close()


def test_a_receipt_shows_an_entry_that_was_changed(mall: Mall) -> None:
    number = registered(mall).number
    kept = receipts_of(mall.office, number)[-1].receipt
    changed = "zeroblob(32)" if mall.office.database.is_sqlite else "decode(repeat('00', 32), 'hex')"
    rewrite(mall.office, f"UPDATE audit_entries SET hash = {changed} WHERE seq = {kept.seq}")
    assert judge_receipt(mall.office, kept).finding is Finding.ENTRY_CHANGED


def test_a_receipt_shows_a_tail_that_was_cut_off(mall: Mall) -> None:
    application = registered(mall)
    number = application.number
    mall.decides(application, OMAR, "forward")
    kept = receipts_of(mall.office, number)[0].receipt
    rewrite(mall.office, f"DELETE FROM audit_entries WHERE seq >= {kept.seq}")
    assert judge_receipt(mall.office, kept).finding is Finding.ENTRY_GONE


def test_a_receipt_of_an_application_that_is_gone_says_so(mall: Mall) -> None:
    registered(mall)
    key = mall.office.receipt_key()
    kept = signed_receipt("SIP-DOKTER-2026-999999-9", 1, bytes(32), mall.office.now(), key)
    assert judge_receipt(mall.office, kept).finding is Finding.APPLICATION_GONE


@pytest.mark.parametrize("holds", [True, False])
def test_a_receipt_that_was_made_up_is_told_from_one_that_was_given(mall: Mall, holds: bool) -> None:
    kept = receipts_of(mall.office, registered(mall).number)[-1].receipt
    stranger = Ed25519PrivateKey.generate()
    made_up = signed_receipt(kept.number, kept.seq, kept.hash, kept.at, stranger)
    brought: LogReceipt = kept if holds else made_up
    wanted = Finding.HOLDS if holds else Finding.NOT_SIGNED
    assert judge_receipt(mall.office, brought).finding is wanted
