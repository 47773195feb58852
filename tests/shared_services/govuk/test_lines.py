from __future__ import annotations

from django.utils.datastructures import MultiValueDict

from shared_services.govuk.lines import LineSet

from .sample_pages import SPLITS, LineForm

LINES = LineSet(LineForm, inner={"splits": SPLITS}, maximum=5)


def sent(**values: str):
    return LINES.sent(MultiValueDict({name.replace("__", "-"): [value] for name, value in values.items()}))


TWO = {
    "lines__count": "2",
    "lines__0__description": "Chairs",
    "lines__0__quantity": "4",
    "lines__0__splits__count": "2",
    "lines__0__splits__0__code": "A1",
    "lines__0__splits__0__amount": "10",
    "lines__0__splits__1__code": "A2",
    "lines__0__splits__1__amount": "20",
    "lines__1__description": "Tables",
    "lines__1__quantity": "1",
    "lines__1__splits__count": "0",
}


def test_a_new_page_starts_with_its_minimum_of_rows():
    assert len(LINES.empty()) == 1


def test_a_row_starts_with_what_it_is_given_and_so_do_the_rows_inside_it():
    lines = LINES.empty([{"description": "Chairs", "splits": [{"code": "A1"}, {"code": "A2"}]}])

    assert lines.rows[0].form["description"].value() == "Chairs"
    assert [row.form["code"].value() for row in lines.rows[0].inner["splits"]] == ["A1", "A2"]


def test_the_values_of_rows_come_with_those_inside_them():
    lines = sent(**TWO)

    assert lines.is_valid()
    assert [line["description"] for line in lines.values()] == ["Chairs", "Tables"]
    assert [split["code"] for split in lines.values()[0]["splits"]] == ["A1", "A2"]


def test_another_line_is_added_and_nothing_is_lost():
    lines = sent(**TWO).changed("add:lines")

    assert [row.form["description"].value() for row in lines] == ["Chairs", "Tables", None]


def test_a_split_is_added_to_its_own_line():
    lines = sent(**TWO).changed("add:lines-1-splits")

    assert [len(row.inner["splits"]) for row in lines] == [2, 1]


def test_a_line_is_removed_and_the_later_ones_move_up_with_what_is_in_them():
    lines = sent(**TWO).changed("remove:lines-0")

    assert [row.form["description"].value() for row in lines] == ["Tables"]
    assert len(lines.rows[0].inner["splits"]) == 0


def test_a_split_is_removed_from_its_line_only():
    lines = sent(**TWO).changed("remove:lines-0-splits-0")

    assert [row.form["code"].value() for row in lines.rows[0].inner["splits"]] == ["A2"]
    assert lines.rows[1].form["description"].value() == "Tables"


def test_adding_a_line_complains_of_nothing_yet():
    lines = sent(**{"lines__count": "1"}).changed("add:lines")

    assert lines.error_links() == []


def test_nobody_gets_more_lines_than_there_may_be():
    lines = sent(**{"lines__count": "999999"})

    assert len(lines) == 5
    assert not lines.may_add


def test_a_change_that_names_no_row_changes_nothing():
    for change in ("remove:lines-7", "remove:", "nonsense", "remove:lines-x", "add:"):
        assert len(sent(**TWO).changed(change)) == 2


def test_errors_say_which_line_they_are_on():
    lines = sent(**{**TWO, "lines__1__quantity": "0", "lines__0__splits__1__amount": "much"})

    assert not lines.is_valid()
    texts = [link["text"] for link in lines.error_links()]
    assert any(text.startswith("Line 2: ") for text in texts)
    assert any(text.startswith("Line 1, Split 2: ") for text in texts)
