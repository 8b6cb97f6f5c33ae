"""Every page before every role: who gets in, who is told that it takes another role."""

from tests.web.visitors import WebMall

EVERYBODY = ("ida", "omar", "sari", "wayan", "ratna", "dewi", "budi", "agus", "rina", "hari")
AT_DESKS = EVERYBODY[:7]
#: Page -> who may open it; ``{number}`` lies at the verification desk.
MAY_OPEN = {
    "/desks": EVERYBODY,
    "/desks/verifikasi": ("omar", "hari"),
    "/desks/loket-pendaftaran": ("ida", "hari"),
    "/applications/{number}": (*AT_DESKS, "agus", "hari"),
    "/applications/{number}/visits/2/decide/forward": ("omar",),
    "/counter": ("ida", "budi"),
    "/counter/new/sip-dokter": ("ida",),
    "/counter/receipts/{number}": ("ida", "budi"),
    "/counter/withdrawals/{number}": ("ida",),
    "/applications/{number}/reveal": ("ida", "omar", "budi"),
    "/calendar": EVERYBODY,
    "/calendar/hours": ("rina",),
    "/calendar/recompute": ("rina",),
    "/orphans": ("agus", "rina", "hari"),
    "/due": (*AT_DESKS, "hari"),
    "/due?desk=verifikasi": ("omar", "hari"),
    "/applications/{number}/pause": ("hari",),
    "/applications/{number}/continue": ("hari",),
    "/applications/{number}/visits/2/obstacle": ("omar",),
    "/notices": EVERYBODY,
    "/audit": ("agus",),
    "/audit.json": ("agus",),
    "/audit.csv": ("agus",),
    "/audit/reads": ("agus",),
    "/audit/marks": ("agus",),
    "/audit/applications/{number}": ("agus",),
    "/audit/signals": ("agus", "hari"),
    "/audit/signals/queue-jumped": ("agus", "hari"),
    "/audit/signals/queue-jumped/{number}/2": ("agus", "hari"),
    "/accounts": ("rina",),
    "/accounts/1": ("rina",),
}


def test_each_page_opens_for_its_roles_and_tells_the_others_so(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    for account in EVERYBODY:
        with mall.signed_in(account) as person:
            for page, may_open in MAY_OPEN.items():
                answer = person.get(page.format(number=number))
                assert answer.status_code == (200 if account in may_open else 403), (account, page)
                assert ("tidak berwenang" in answer.text) == (account not in may_open), (account, page)


#: Form -> who may send it.
MAY_SEND = {
    "/desks/verifikasi/next": ("omar",),
    "/applications/{number}/visits/2/claim": ("omar",),
    "/applications/{number}/visits/2/decide/forward": ("omar",),
    "/counter/withdrawals/{number}": ("ida",),
    "/applications/{number}/resume": (*AT_DESKS, "agus", "hari"),
    "/applications/{number}/reveal": ("ida", "omar", "budi"),
    "/applications/{number}/pause": ("hari",),
    "/applications/{number}/continue": ("hari",),
    "/applications/{number}/visits/2/obstacle": ("omar",),
    "/counter/find": ("ida", "budi"),
    "/audit/signals/queue-jumped/{number}/2": ("agus", "hari"),
    "/calendar/add": ("rina",),
    "/calendar/entry": ("rina",),
    "/calendar/ramadan": ("rina",),
    "/calendar/years": ("rina",),
    "/calendar/recompute": ("rina",),
    **{f"/calendar/hours/{what}": ("rina",) for what in ("office", "counter", "season", "season-off")},
    "/accounts": ("rina",),
    "/accounts/1/identify": ("rina",),
    "/accounts/1/assign": ("rina",),
    "/accounts/1/take-away": ("rina",),
    "/accounts/1/close": ("rina",),
    "/accounts/1/link": ("rina",),
}


def test_a_form_is_refused_to_whoever_may_not_open_its_page(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    for account in EVERYBODY:
        with mall.signed_in(account) as person:
            fields = {"form_token": person.token(), "desk": "loket-pendaftaran", "version": "2"}
            for action in (action for action, may_send in MAY_SEND.items() if account not in may_send):
                answer = person.post(action.format(number=number), fields)
                # A manager sees every queue and takes nothing from any.
                if (account, action) == ("hari", "/desks/verifikasi/next"):
                    assert "nothing-to-take" in answer.headers["location"]
                else:
                    assert answer.status_code == 403, (account, action, answer.text)
    with mall.signed_in("agus") as agus:
        log = agus.get(f"/audit?number={number}").text
    assert "diambil" not in log.split("<tbody>")[1].lower()


def test_a_name_is_shown_where_the_file_lies_and_at_the_counters_only(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(name="dr. Putu Lestari")
    shows = {}
    for account in (*AT_DESKS, "agus", "hari"):
        with mall.signed_in(account) as person:
            page = person.get(f"/applications/{number}").text
            shows[account] = "Putu Lestari" in page
            assert "3579014506900001" not in page
    assert {account for account, is_shown in shows.items() if is_shown} == {"ida", "omar", "budi"}


def test_nik_and_telephone_number_are_masked_before_everybody(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(phone="0812 3456 7890")
    shows = {}
    for account in EVERYBODY:
        with mall.signed_in(account) as person:
            page = person.get(f"/applications/{number}").text
            assert "081234567890" not in page
            assert "3579014506900001" not in page
            shows[account] = f"{'•' * 9}890<" in page and f"3579{'•' * 10}01<" in page
    assert {account for account, is_shown in shows.items() if is_shown} == {"ida", "budi", "omar"}


def test_a_right_that_was_taken_away_is_gone_at_the_next_click(mall: WebMall) -> None:
    with mall.signed_in("omar") as omar, mall.signed_in("rina") as rina:
        assert omar.get("/desks/verifikasi").status_code == 200
        page = rina.client.get("/accounts/2").text
        assert "Omar" in page
        fields = {"role": "verifier", "desk": "verifikasi"}
        assert rina.send("/accounts/2", "/accounts/2/take-away", fields).status_code == 303
        assert omar.get("/desks/verifikasi").status_code == 403


def test_a_reason_is_read_by_the_desk_concerned_and_the_auditor(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("omar") as omar:
        omar.decide(number, "return", reason="KTP Bu Siti sudah tidak berlaku", requirement="id-card")
    reads = {}
    for account in ("ida", "omar", "sari", "agus", "hari"):
        with mall.signed_in(account) as person:
            reads[account] = "sudah tidak berlaku" in person.get(f"/applications/{number}").text
    assert reads == {"ida": True, "omar": False, "sari": False, "agus": True, "hari": False}
