from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from shared_services.govuk.fields import DateField, MoneyField, YesNoField
from shared_services.govuk.forms import GovukForm

from .sample_pages import EveryQuestion


@pytest.mark.parametrize("typed", ["1250", "1,250.00", "£1,250", " £ 1250.0 "])
def test_an_amount_may_be_typed_as_people_write_it(typed):
    assert MoneyField().clean(typed) == Decimal("1250.00")


@pytest.mark.parametrize("typed", ["twelve", "1.234", "-5", "NaN", "Infinity", "1e30"])
def test_what_is_no_amount_of_pounds_is_refused(typed):
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_a_date_is_read_from_its_three_boxes():
    field = DateField()
    data = {"due_day": "27", "due_month": "3", "due_year": "2026"}

    assert field.clean(field.widget.value_from_datadict(data, {}, "due")) == date(2026, 3, 27)


def test_a_date_in_an_address_may_be_short():
    field = DateField()

    assert field.clean(field.widget.value_from_datadict({"due": "2026-03-27"}, {}, "due")) == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"day": "31", "month": "2", "year": "2026"}, "real date"),
        ({"day": "1", "month": "2", "year": "26"}, "real date"),
        ({"day": "1", "month": "", "year": "2026"}, "month"),
        ({"day": "x", "month": "2", "year": "2026"}, "real date"),
    ],
)
def test_a_date_that_is_none_says_what_is_wrong(boxes, words):
    with pytest.raises(ValidationError, match=words):
        DateField().clean(boxes)


def test_a_date_outside_its_limits_names_the_limit():
    with pytest.raises(ValidationError, match="on or after 1 April 2026"):
        DateField(earliest=date(2026, 4, 1)).clean("2026-03-31")


@pytest.mark.parametrize(
    "boxes",
    [
        "",
        {"day": "31", "month": "2", "year": "2026"},
        {"day": "1", "month": "", "year": "2026"},
        "2026-03-31",
        "2027-04-02",
    ],
)
def test_whatever_is_wrong_with_a_date_names_the_question(boxes):
    field = DateField(label="First day at 50%", earliest=date(2026, 4, 1), latest=date(2027, 4, 1))

    with pytest.raises(ValidationError) as fault:
        field.clean(boxes)

    assert "“First day at 50%”" in fault.value.messages[0]


def test_yes_or_no_becomes_a_bool():
    assert YesNoField().clean("yes") is True
    assert YesNoField().clean("no") is False


def test_an_empty_form_asks_for_each_answer_in_its_own_words():
    form = EveryQuestion({})

    texts = {link["text"]: link["href"] for link in form.error_links()}

    assert texts["Enter the title"] == "#id_title"
    assert texts["Enter the date for “Needed by”"] == "#id_needed_on_day"
    assert texts["Choose an answer to “What is it?”"] == "#id_kind_0"
    assert texts["Choose the cost centre"] == "#id_centre"


def test_every_control_has_a_label_a_hint_and_its_error():
    html = str(EveryQuestion({"title": "x" * 60, "total_amount": "lots"}))

    assert 'for="id_title"' in html
    assert 'aria-describedby="id_title_hint id_title_error"' in html
    assert "Enter the amount in pounds, like 125.50" in html
    assert 'value="lots"' in html
    assert 'name="needed_on_day"' in html
    assert 'data-maxlength="200"' in html
    assert " required" not in html
    assert "style=" not in html


def test_optional_questions_say_so():
    html = str(EveryQuestion())

    assert "Quotation (optional)" in html
    assert "Title (optional)" not in html


def test_forms_of_other_packages_are_drawn_alike():
    class Foreign(forms.Form):
        login = forms.EmailField(label="Email")
        password = forms.CharField(label="Password", widget=forms.PasswordInput)

    html = str(Foreign())

    assert 'class="govuk-input"' in html
    assert 'data-module="govuk-password-input"' in html


def test_what_is_typed_is_escaped():
    html = str(GovukFormWith("<script>alert(1)</script>"))

    assert "<script>" not in html


def GovukFormWith(typed: str) -> GovukForm:
    class One(GovukForm):
        name = forms.CharField(label="Name", max_length=3)

    return One({"name": typed})


def test_a_value_outside_its_limits_is_told_by_the_name_of_its_question():
    class Hours(GovukForm):
        day = forms.IntegerField(label="Leave year starts on day", min_value=1, max_value=28)
        week = forms.DecimalField(label="How many hours a week?", max_value=48, max_digits=4, decimal_places=2)
        name = forms.CharField(label="Name", max_length=3)

    texts = [link["text"] for link in Hours({"day": "31", "week": "50", "name": "Long"}).error_links()]

    assert texts == [
        "Leave year starts on day must be 28 or less",
        "The answer to “How many hours a week?” must be 48 or less",
        "Name must be 3 characters or fewer",
    ]
