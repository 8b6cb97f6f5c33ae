"""The way of a file is drawn for everybody, and told to whoever does not see it."""

from routing.actions.publish import publish
from routing.web.route_drawings import RouteDrawings
from tests.domain.small_routes import disposisi
from tests.web.visitors import WebMall, part_of


def test_anybody_sees_the_way_of_a_service_as_a_drawing_and_in_words(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        assert 'href="/services/sip-dokter/route"' in anybody.get("/").text
        page = anybody.get("/services/sip-dokter/route").text
        image = anybody.client.get(part_of(page, r'<img src="([^"]+)"'))
    assert (image.status_code, image.headers["content-type"]) == (200, "image/svg+xml")
    assert 'id="edge-verify_forward"' in image.text
    # The desk goes by its name, and the same stands in the text.
    for said in ("Rekomendasi Dinas Kesehatan", "Verifikasi berkas"):
        assert said in page
        assert said in image.text


def test_the_drawing_is_in_the_readers_language(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        page = anybody.get("/services/sip-dokter/route?lang=en").text
        image = anybody.client.get(part_of(page, r'<img src="([^"]+)"')).text
    assert "File verification" in page
    assert "File verification" in image


def test_a_drawing_that_is_still_the_same_is_not_sent_again(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        first = anybody.client.get("/services/sip-dokter/route.svg")
        assert first.headers["cache-control"] == "no-cache"
        tag = first.headers["etag"]
        again = anybody.client.get("/services/sip-dokter/route.svg", headers={"if-none-match": f"W/{tag}"})
        assert (again.status_code, again.content) == (304, b"")
        other = anybody.client.get("/services/sip-dokter/route.svg?language=en", headers={"if-none-match": tag})
        assert other.status_code == 200


def test_a_new_version_is_drawn_anew_and_an_old_one_only_once(mall: WebMall) -> None:
    drawings = RouteDrawings(mall.office)
    publish(mall.office, disposisi(), by="tests")
    first = drawings.of("pbg", "id")
    assert drawings.of("pbg", "id") is first
    publish(mall.office, disposisi().model_copy(update={"minutes": 30}), by="tests")
    assert drawings.of("pbg", "id").tag != first.tag


def test_a_service_nobody_offers_has_no_way(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        for address in ("/services/tiada/route", "/services/tiada/route.svg"):
            assert anybody.client.get(address).status_code == 404
