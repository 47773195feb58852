"""Finding CPV codes."""

from __future__ import annotations

import pytest

from shared_services.procurement.models import CpvCode, ProClassCode
from shared_services.procurement.selectors import find_cpv, known_cpv_codes, search_cpv
from shared_services.tenancy.door import inside_council


def first_of(query: str) -> str:
    hits = search_cpv(query)
    return hits[0].code if hits else ""


def test_every_code_of_the_vocabulary_is_loaded_with_its_level(northmoor):
    with inside_council(northmoor):
        levels = {code.digits8: code.level for code in CpvCode.objects.filter(division="45")}

        assert CpvCode.objects.count() == 9454
        assert CpvCode.objects.divisions().count() == 45
        assert (levels["45000000"], levels["45200000"], levels["45233142"]) == (2, 3, 8)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Portable computers", "30213100-6"),
        ("laptops", "30213100-6"),
        ("school catering", "55524000-9"),
        ("potholes", "45233142-6"),
        ("office cleaning", "90919200-4"),
        ("45233142", "45233142-6"),
        ("45233142-6", "45233142-6"),
        ("road-repair works", "45233142-6"),
    ],
)
def test_the_best_code_for_what_an_officer_types_comes_first(northmoor, query, code):
    with inside_council(northmoor):
        assert first_of(query) == code


def test_digits_are_the_beginning_of_a_code_and_may_stand_beside_words(northmoor):
    with inside_council(northmoor):
        by_digits = search_cpv("3021", limit=200)
        with_words = search_cpv("3021 screens portable")

        assert by_digits
        assert all(hit.code.startswith("3021") for hit in by_digits)
        assert by_digits == sorted(by_digits, key=lambda hit: hit.code)
        assert all(hit.code.startswith("3021") for hit in with_words)


@pytest.mark.parametrize("query", ["", "   ", "!!!", "' OR 1=1 --", "a & | !b:*", "zzzzqqq", "the of and"])
def test_words_that_fit_nothing_find_nothing_and_break_nothing(northmoor, query):
    with inside_council(northmoor):
        assert isinstance(search_cpv(query), list)


def test_a_code_is_found_with_or_without_its_check_digit(northmoor):
    with inside_council(northmoor):
        assert find_cpv("30213100").pk == "30213100-6"
        assert find_cpv(" 30213100-6 ").pk == "30213100-6"
        assert find_cpv("99999999") is None
        assert known_cpv_codes({"30213100-6", "12345678-9"}) == {"30213100-6"}


def test_published_codes_are_matched_to_a_division_by_their_longest_prefix(northmoor):
    with inside_council(northmoor):
        divisions = dict(ProClassCode.objects.values_list("code", "cpv_division"))

        assert len(divisions) == 230
        assert (divisions["171000"], divisions["171113"], divisions["202100"]) == ("80", "22", "79")
        assert not [code for code, division in divisions.items() if division and not division.isdigit()]


@pytest.mark.parametrize(
    ("query", "code"), [("office desk", "39121100-7"), ("office desks", "39121100-7"), ("oak desk", "39121100-7")]
)
def test_a_thing_is_found_also_when_its_other_words_fit_no_label(northmoor, query, code):
    with inside_council(northmoor):
        assert code in [hit.code for hit in search_cpv(query, limit=10)]


def test_codes_for_any_word_follow_those_for_every_word(northmoor):
    with inside_council(northmoor):
        hits = search_cpv("printer paper", limit=10)

    assert "paper" in hits[0].label.lower()
    assert len({hit.code for hit in hits}) == len(hits) == 10
