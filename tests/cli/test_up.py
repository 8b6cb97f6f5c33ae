"""``satuatap up``: one mall on a folder, always a way in, and one document."""

import json
from pathlib import Path

from routing.actions.keep_accounts import assign, close_account, open_account, set_password, set_password_by_link
from routing.cli.up_command import _ways_in
from routing.domain.people import ADMINISTRATOR, Person
from routing.office import Office
from tests.acceptance.processes import programs
from tests.mall import Mall

GOOD = "sembilan kunci pintu"


def who_gets_in(office: Office) -> Person:
    """The account the printed link sets the password of."""
    link = _ways_in(office, "http://localhost/", demo=False)["administrator_link"]
    code = set_password_by_link(office, link.rsplit("/", 1)[1], GOOD)
    with office.transaction() as tx:
        return tx.people.account(code)


def test_the_first_start_makes_an_administrator_and_later_ones_leave_it_alone(sqlite_office: Office) -> None:
    assert who_gets_in(sqlite_office).code == "admin"
    assert _ways_in(sqlite_office, "http://localhost/", demo=False) == {}


def test_an_office_that_lost_its_administrator_gets_the_same_account_back(sqlite_office: Office) -> None:
    open_account(sqlite_office, code="admin", name="Administrator")
    set_password(sqlite_office, "admin", GOOD)
    admin = who_gets_in(sqlite_office)
    assert (admin.code, [one.role for one in admin.assignments]) == ("admin", [ADMINISTRATOR])


def test_an_administrator_who_was_closed_or_holds_a_desk_is_not_made_one_again(sqlite_mall: Mall) -> None:
    office = sqlite_mall.office
    open_account(office, code="admin", name="Administrator")
    close_account(office, "admin")
    open_account(office, code="admin-2", name="Sits at a desk")
    assign(office, "admin-2", [("verifier", "verifikasi")])
    assert who_gets_in(office).code == "admin-3"


def test_a_folder_holds_one_mall_and_a_mistake_is_one_document(tmp_path: Path) -> None:
    data, certificate = str(tmp_path / "mall"), tmp_path / "cert.pem"
    certificate.write_text("no certificate")
    words = ("up", "--port", "0", "--json", "--data", data)
    with programs(tmp_path / "out") as made:
        running = made.part(*words)
        second = made.run(*words)
        assert (second.code, second.document["error"]["code"]) == (1, "already_running")
        assert data in second.document["error"]["message"]
        # Everything else works beside it.
        assert made.run("audit", "verify", "--data", data).code == 0
        running.kill9()
        pem = str(certificate)
        for wrong in (["--tls-key", pem], ["--tls-cert", pem], ["--tls-cert", pem, "--tls-key", pem]):
            ended = made.run(*words, *wrong)
            assert (ended.code, list(ended.document)) == (1, ["error"]), ended.stderr
            assert "Traceback" not in ended.stderr
        assert json.loads(made.part(*words).stdout)["administrator_link"]
