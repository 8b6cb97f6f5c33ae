"""What the clock did stands in the history in words, and the public is told what the law deems granted."""

from datetime import date, timedelta

from routing.actions.deliver import deliver
from routing.actions.keep_time import keep_time
from routing.actions.publish import publish
from routing.actions.recount import recount_open
from routing.actions.submit import Registration, submit
from routing.domain.application import Application, Particulars, Submission
from tests.calendars import indonesia, with_days_off
from tests.domain.route_of_times import BROKEN, DEEMED, times
from tests.web.visitors import NIK, WebMall


def registered(mall: WebMall, **changed: object) -> Application:
    """A document at the first desk, of a route with these limits."""
    publish(mall.office, times(**changed), by="tests")
    with mall.office.transaction() as tx:
        ida = tx.people.with_code("ida")
    assert ida is not None
    who = Particulars(name="Putu Lestari", nik=NIK)
    submission = Submission(desk="loket-pendaftaran", decision="accept", particulars=who)
    document = submit(mall.office, Registration(service="izin-waktu", submission=submission, person_id=ida.id))
    deliver(mall.office, [(document.id, 2)])
    return document


def after(mall: WebMall, days: int) -> None:
    mall.clock.advance(timedelta(days=days))
    keep_time(mall.office)


def test_the_history_tells_of_warnings_and_of_what_the_law_deems(mall: WebMall) -> None:
    document = registered(mall, legal_limit=DEEMED)
    after(mall, 10)
    after(mall, 40)
    with mall.signed_in("ratna") as ratna:
        page = ratna.get(f"/applications/{document.number}").text
    assert "Peringatan tentang janji layanan" in page
    assert "tinggal tiga hari kerja" in page
    assert "Dianggap dikabulkan menurut hukum (UU 30/2014 pasal 53)" in page
    assert "jam kantor" in page
    with mall.signed_in("agus") as agus:
        assert "Dianggap dikabulkan menurut hukum" in agus.get("/audit?kind=deemed").text
        assert "Peringatan tentang" in agus.get(f"/audit?kind=warned&number={document.number}").text


def test_the_history_tells_that_a_limit_of_the_law_was_broken(mall: WebMall) -> None:
    document = registered(mall, legal_limit=BROKEN)
    after(mall, 50)
    with mall.signed_in("ratna") as ratna:
        page = ratna.get(f"/applications/{document.number}").text
    assert "Batas waktu menurut hukum terlewati (UU 30/2014 pasal 53)" in page


def test_the_history_tells_from_what_to_what_a_due_date_moved_and_by_which_decree(mall: WebMall) -> None:
    document = registered(mall)
    with mall.office.transaction() as tx:
        off = with_days_off(indonesia(), date(2026, 3, 5))
        tx.calendars.add(off, by="admin", at=mall.clock(), reason="Pilkada", decree="Kepwal 12/2026")
    assert [one.after.number for some in recount_open(mall.office) for one in some] == [document.number]
    now = document.promise_due
    assert now is not None
    with mall.signed_in("ratna") as ratna:
        page = ratna.get(f"/applications/{document.number}").text
    assert "Jatuh tempo berubah: janji layanan dari " in page
    assert "Sebab: Pilkada (Kepwal 12/2026)" in page
    with mall.signed_in("agus") as agus:
        log = agus.get(f"/audit?kind=recalculated&number={document.number}").text
    assert "Sebab: Pilkada (Kepwal 12/2026)" in log


def test_the_public_is_told_that_the_law_deems_it_granted_and_that_this_is_no_permit(mall: WebMall) -> None:
    document = registered(mall, legal_limit=DEEMED)
    with mall.visitor() as anybody:
        assert "ianggap dikabulkan" not in anybody.get(f"/t/{document.tracking_code}").text
        after(mall, 50)
        page = anybody.get(f"/t/{document.tracking_code}").text
        assert "dianggap dikabulkan" in page
        assert "UU 30/2014 pasal 53" in page
        assert "bukan izin" in page
