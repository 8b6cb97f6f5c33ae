"""Identifiers of businesses, places and vehicles, as the registers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from routing.domain.business_identifiers import (
    check_coordinates,
    check_kbli,
    check_nib,
    check_npwp,
    check_plate,
    check_region,
    masked_digits,
)
from routing.domain.form_problems import NotAsAsked
from routing.domain.identifiers import known_regions

TAKEN = [
    (check_npwp, "01.312.166.0-091.000", "0013121660091000"),
    (check_npwp, "013121660091000", "0013121660091000"),
    (check_npwp, "0013121660091000", "0013121660091000"),
    (check_npwp, "3579 0145 0690 0001", "3579014506900001"),
    (check_npwp, "6501014107900001", "6501014107900001"),  # Kalimantan Utara, which other checks refuse
    (check_nib, "9120 1002 3456 7", "9120100234567"),
    (check_nib, "0220001234567", "0220001234567"),
    (check_region, "35.79", "35.79"),
    (check_region, "35.79.01", "35.79.01"),
    (check_region, "35.79.01.1004", "35.79.01.1004"),
    (check_region, "3579032007", "35.79.03.2007"),
    (check_region, "92.12", "92.12"),
    (check_plate, "n1234ab", "N 1234 AB"),
    (check_plate, "AG 1 X", "AG 1 X"),
    (check_plate, "L-9999", "L 9999"),
    (check_coordinates, "-7.8712, 112.5270", "-7.871200,112.527000"),
    (check_coordinates, "-7,8712; 112,527", "-7.871200,112.527000"),
    (check_coordinates, "-7,8712 112,527", "-7.871200,112.527000"),
    (check_coordinates, "-7 112", "-7.000000,112.000000"),
    (check_coordinates, "6.5,94", "6.500000,94.000000"),
]
REFUSED = [
    (check_npwp, "01.312.166.1-091.000", "check digit"),
    (check_npwp, "0013121661091000", "check digit"),
    (check_npwp, "3579019906900001", "no NIK"),
    (check_npwp, "12345678901234", "14 digits"),
    (check_npwp, "0013121660091000000000", "22 digits"),
    (check_npwp, "01.312.166.O-091.000", "digits"),
    (check_nib, "912010023456", "12 digits"),
    (check_nib, "91201002345678", "14 digits"),
    (check_nib, "९१२०१००२३४५६७", "digits"),
    (check_region, "35", "2 digits"),
    (check_region, "35.80", "35.80"),
    (check_region, "99.01", "99.01"),
    (check_region, "35.79.00", "00"),
    (check_region, "35.79.01.3004", "urban village"),
    (check_region, "35.79.01.1000", "urban village"),
    (check_region, "35.79.01.10", "8 digits"),
    (check_plate, "N 0123 AB", "number plate"),
    (check_plate, "ABC 1", "number plate"),
    (check_plate, "N 12345 AB", "number plate"),
    (check_plate, "N 1234 ABCD", "number plate"),
    (check_coordinates, "112.527, -7.87", "not in Indonesia"),
    (check_coordinates, "-11.01, 112", "not in Indonesia"),
    (check_coordinates, "6.51, 100", "not in Indonesia"),
    (check_coordinates, "0, 93.9", "not in Indonesia"),
    (check_coordinates, "-7,8712,112,527", "no latitude"),
    (check_coordinates, "nan, inf", "no latitude"),
    (check_coordinates, "di belakang pasar", "no latitude"),
]


@pytest.mark.parametrize(("check", "typed", "kept"), TAKEN)
def test_a_number_is_kept_in_one_spelling_however_it_was_typed(check, typed: str, kept: str) -> None:
    assert check(typed) == kept
    assert check(kept) == kept


@pytest.mark.parametrize(("check", "typed", "told"), REFUSED)
def test_what_cannot_be_such_a_number_is_refused_and_not_repeated(check, typed: str, told: str) -> None:
    with pytest.raises(NotAsAsked, match=told) as refused:
        check(typed)
    if check is not check_region:  # which is nobody's, and its way out is an example
        assert typed not in f"{refused.value.problem} {refused.value.way_out}"


def test_a_class_of_business_belongs_to_its_edition() -> None:
    assert check_kbli("56101", "2020") == check_kbli("56.101", "2025") == "56101"
    # Division 45 (motor vehicles) is in the edition of 2020 only; 04, 34 and 67 are in none.
    assert check_kbli("45101", "2020") == "45101"
    for code, edition in [("45101", "2025"), ("45101", None), ("04111", "2020"), ("34000", "2025"), ("67000", "2020")]:
        with pytest.raises(NotAsAsked, match="no division"):
            check_kbli(code, edition)
    with pytest.raises(NotAsAsked, match="4 digits"):
        check_kbli("5610", "2020")


@given(st.from_regex(r"0[0-9]{8}", fullmatch=True), st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_one_wrong_digit_in_a_taxpayer_number_is_noticed(head: str, tail: str) -> None:
    number = head + luhn.calc_check_digit(head) + tail
    assert check_npwp(number) == check_npwp(number[1:]) == number
    for place in range(1, 10):
        slipped = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(NotAsAsked):
            check_npwp(slipped)


@given(st.sampled_from(sorted(known_regions())), st.integers(1, 99), st.integers(1, 2), st.integers(1, 999))
def test_every_region_of_today_is_known_with_and_without_points(
    regency: str, district: int, kind: int, village: int
) -> None:
    written = f"{regency[:2]}.{regency[2:]}.{district:02}.{kind}{village:03}"
    assert check_region(written) == check_region(written.replace(".", "")) == written


@given(st.floats(-11, 6.5), st.floats(94, 142))
def test_a_place_in_indonesia_is_kept_to_a_decimetre(latitude: float, longitude: float) -> None:
    kept = check_coordinates(f"{latitude:.9f}, {longitude:.9f}")
    assert check_coordinates(kept) == kept
    north, east = (float(part) for part in kept.split(","))
    assert abs(north - latitude) < 1e-6
    assert abs(east - longitude) < 1e-6


def test_a_masked_number_shows_its_last_two_digits() -> None:
    assert masked_digits("0013121660091000") == "••••••••••••••00"
    assert masked_digits("") == ""
