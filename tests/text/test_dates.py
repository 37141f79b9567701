"""From when something holds."""

from datetime import date

import pytest

from runoff.text import dates


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("Beginning on June 1, 2024, caps fall", date(2024, 5, 1), date(2024, 6, 1)),
        ("beginning in January", date(2013, 12, 18), date(2014, 1, 1)),
        ("starting in mid-October", date(2019, 10, 11), date(2019, 10, 15)),
        ("effective December 1", date(2025, 10, 29), date(2025, 12, 1)),
        ("Effective in October 2017, roll over", date(2017, 9, 20), date(2017, 10, 1)),
        ("beginning next month", date(2013, 12, 18), date(2014, 1, 1)),
        ("maturing in the calendar month of June", date(2022, 5, 4), date(2022, 6, 1)),
        ("effective January 3", date(2018, 12, 19), date(2019, 1, 3)),
    ],
)
def test_a_beginning_is_resolved_from_the_day_of_the_text(text, day, expected):
    """Months without a year are the next of their name."""
    assert [one.day for one in dates.find(text, day=day)] == [expected]


@pytest.mark.parametrize(
    "text", ["later this month", "in late March", "by the end of June 2012", "February 30"]
)
def test_what_names_no_beginning_has_no_date(text):
    """Vague words, ends and days that do not exist give no date."""
    assert [one for one in dates.find(text, day=date(2012, 1, 25)) if one.opens] == []


def test_ends_are_bounds():
    """`by`, `through`, `at least into` bound an action."""
    assert dates.bounds("will buy bonds by the end of June 2012") == ("by the end of June 2012",)
    assert dates.bounds("will buy bills at least into the second quarter of next year") == (
        "at least into the second quarter of next year",
    )


def test_months_after_keep_to_the_calendar():
    """The last day of a shorter month stands for the 31st."""
    assert dates.months_after(date(2022, 8, 31), 6) == date(2023, 2, 28)
