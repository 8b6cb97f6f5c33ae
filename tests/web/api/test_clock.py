"""The promise clock for programs: why it is here, and what nobody can move."""

from datetime import timedelta

from routing.actions.keep_accounts import close_account
from tests.web.api.programs import EVERYBODY, Program, problem
from tests.web.visitors import NIK, WebMall


def test_a_program_reads_every_day_of_a_promise(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    mall.clock.advance(timedelta(days=11))
    number = ida.registers()
    told = omar.get(f"/applications/{number}/clock").json()
    days = told["promise"]["days"]
    assert (told["promise"]["promised"], told["promise"]["unit"], told["promise"]["late"]) == (9, "working-days", False)
    assert told["promise"]["due_at"].startswith("2026-04-02T16:59:59")
    assert (days[0]["day"], days[0]["verdict"]) == ("2026-03-13", "received")
    assert (days[-1]["day"], days[-1]["number"]) == ("2026-04-02", 9)
    off = {one["day"]: one["name"] for one in days if one["verdict"] == "day-off"}
    assert off["2026-03-19"] == "Hari Suci Nyepi"
    (waiting,) = told["waiting"]
    assert (waiting["turn"], waiting["desk"], waiting["decisions"]) == ("office", "verifikasi", ["forward", "return"])
    assert waiting["limit"]["due_at"] is not None
    assert [(one["pause"], one["by"]) for one in told["ledger"]] == [(None, "ida")]
    assert told["expected"] == {"cases": 0, "enough": False, "earliest": None, "latest": None}
    assert told["sentences"][0]["id"].startswith("Giliran Verifikasi Berkas")
    assert told["sentences"][0]["en"].startswith("It is the turn of File Verification")
    assert NIK not in str(told)
    omar.decides(number, "return", reason="STR kabur", requirements=["registration"])
    told = omar.get(f"/applications/{number}/clock").json()
    assert (told["promise"]["due_at"], told["promise"]["pause"]) == (None, "repair")
    assert [one["pause"] for one in told["ledger"]] == [None, "repair"]
    assert told["waiting"][0]["to_repair"][0]["id"] == "Surat Tanda Registrasi (STR)"


def test_the_clock_is_read_by_whoever_sees_applications_and_orphans_by_who_watches(mall: WebMall) -> None:
    number = Program(mall, "ida").registers()
    close_account(mall.office, "omar")
    for account in EVERYBODY:
        if account == "omar":
            continue
        program = Program(mall, account)
        clock, found = program.get(f"/applications/{number}/clock"), program.get("/orphans")
        assert clock.status_code == (403 if account == "rina" else 200), account
        if account in ("agus", "hari", "rina"):
            (place,) = found.json()["items"]
            assert (place["cause"], place["desk"], place["count"]) == ("no-role", "verifikasi", 1)
            assert place["numbers"] == [number]
        else:
            problem(found, 403, "not_allowed")
    problem(Program(mall, "ida").get("/applications/SIP-DOKTER-2026-999999-9/clock"), 404, "unknown_application")
