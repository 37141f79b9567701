from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.test_units import SYMBOLS

from runoff.core.language import LANGUAGES, Words
from runoff.core.time import parse_as_of
from runoff.core.units import CURRENCIES, Frequency, Unit

EN, ZH = (Words(language, str) for language in LANGUAGES)
MN, BN = Unit.parse("USD mn"), Unit.parse("USD bn")

millions = st.integers(-(10**9), 10**9)


def read_back(text):
    """The number that a reader of a table reads."""
    return Decimal(text.replace(",", "").replace("−", "-"))


@given(millions)
@example(5_749_465)
@example(-1)
def test_both_tables_show_the_same_figure_to_the_million(amount):
    """Read back, 亿 with two decimals is the whole number of millions that went in, and so is the English cell."""
    assert read_back(ZH.number(float(amount), MN)) * 100 == amount
    assert read_back(EN.number(float(amount), MN)) == amount


@given(st.integers(-(10**7), 10**7))
def test_billions_with_three_decimals_are_exact_in_both_languages(amount):
    """A figure published in billions to the million keeps every digit."""
    billions = amount / 1000
    assert read_back(EN.number(billions, BN)) * 1000 == amount
    assert read_back(ZH.number(billions, BN)) * 100 == amount


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [(5_749_465.0, "USD mn", "5,749,465", "57,494.65"), (-49.0, "USD mn", "−49", "−0.49"),
     (11.809, "USD bn", "11.809", "118.09"), (0.0, "USD mn", "0", "0.00"),
     (5.25, "percent", "5.25", "5.25"), (-7.04, "bp", "−7.0", "−7.0"), (0.1, "ratio", "0.100", "0.100"),
     (101.4155, "index", "101.4155", "101.4155"), (130859.0, "thousand persons", "130,859", "130,859"),
     (23000.123, "USD2017 bn", "23,000.123", "23,000.123"), (1111.0, "days", "1,111", "1,111"),
     (12.0, "weeks", "12", "12"), (7.25, "months", "7.2", "7.2")],
)  # fmt: skip
def test_a_number_in_a_table(value, unit, en, zh):
    """Groups of three, the minus sign of typography, and the decimals of the unit."""
    assert EN.number(value, Unit.parse(unit)) == en
    assert ZH.number(value, Unit.parse(unit)) == zh


def test_a_change_has_a_sign_and_nothing_is_neither():
    """A signed number shows a plus; what rounds to nil shows no sign at all."""
    assert [EN.number(v, MN, signed=True) for v in (5.0, -5.0, 0.0, -0.4)] == ["+5", "−5", "0", "0"]


@pytest.mark.parametrize("words", [EN, ZH], ids=LANGUAGES)
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_declared_unit_can_be_written(words, symbol):
    """No unit is without decimals, a heading or a sentence in either language."""
    unit = Unit.parse(symbol)
    assert words.table_unit(unit)
    assert words.number(1234.5, unit)
    assert any(character.isdigit() for character in words.amount(1234.5, unit))


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [(5_749_465.0, "USD mn", "$5.75tn", "5.75万亿美元"), (56_900.0, "USD mn", "$56.9bn", "569亿美元"),
     (56_000.0, "USD mn", "$56bn", "560亿美元"), (-119_500.0, "USD mn", "−$119.5bn", "−1,195亿美元"),
     (350.0, "USD mn", "$350mn", "3.50亿美元"), (1_250.0, "USD mn", "$1.2bn", "12.5亿美元"),
     (2_000.0, "EUR bn", "€2.00tn", "2.00万亿欧元"), (5.0, "CNY bn", "CNY 5bn", "50亿元"),
     (0.0, "USD mn", "$0mn", "0.00亿美元"),
     (5.25, "percent", "5.25%", "5.25%"), (-7.0, "bp", "−7 bp", "−7基点"), (-7.4, "bp", "−7.4 bp", "−7.4基点"),
     (111.0, "days", "111 days", "111天"), (1.0, "days", "1 day", "1天"), (12.0, "weeks", "12 weeks", "12周"),
     (7.5, "months", "7.5 months", "7.5个月"), (1.0, "months", "1 month", "1个月"),
     (11.0, "months", "11 months", "11个月"), (-1.0, "weeks", "−1 week", "−1周"), (1.0, "persons", "1 persons", "1人")],
)  # fmt: skip
def test_an_amount_in_a_sentence(value, unit, en, zh):
    """Rounded to what a sentence bears, in the scale of the language."""
    assert EN.amount(value, Unit.parse(unit)) == en
    assert ZH.amount(value, Unit.parse(unit)) == zh


def test_a_rise_has_a_plus_in_a_sentence():
    """A signed amount shows its sign before the currency."""
    assert EN.amount(60_000.0, MN, signed=True) == "+$60bn"
    assert ZH.amount(60_000.0, MN, signed=True) == "+600亿美元"


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_every_currency_has_a_name_in_chinese(currency):
    """No table heads a column with a code where Chinese has a word."""
    heading = ZH.table_unit(Unit.parse(f"{currency} mn"))
    assert heading.startswith("亿")
    assert currency not in heading


def test_dates_and_moments():
    """A day as each language writes it; a moment on the clocks of New York, wherever it was told."""
    assert (EN.date(date(2026, 9, 16)), ZH.date(date(2026, 9, 16))) == ("16 Sep 2026", "2026年9月16日")
    evening = parse_as_of("2026-10-01T20:30:00Z")
    assert EN.instant(evening) == "1 Oct 2026 16:30 New York"
    assert ZH.instant(evening) == "2026年10月1日 16:30 纽约"


@pytest.mark.parametrize(
    ("frequency", "en", "zh"),
    [(Frequency.QUARTERLY, "2026Q3", "2026Q3"), (Frequency.MONTHLY, "Sep 2026", "2026年9月"),
     (Frequency.WEEKLY, "1 Sep 2026", "2026年9月1日"), (Frequency.STEP, "1 Sep 2026", "2026年9月1日")],
)  # fmt: skip
def test_a_period_is_named_by_its_frequency(frequency, en, zh):
    """A quarter and a month are not written as the day on which they start."""
    assert (EN.period(date(2026, 9, 1), frequency), ZH.period(date(2026, 9, 1), frequency)) == (en, zh)


@given(st.dates())
def test_a_date_can_be_read_back(day):
    """Both spellings name the day and no other."""
    number, month, year = EN.date(day).split()
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert date(int(year), names.index(month) + 1, int(number)) == day
    year, _, rest = ZH.date(day).partition("年")
    month, _, number = rest.partition("月")
    assert date(int(year), int(month), int(number.removesuffix("日"))) == day


@pytest.mark.parametrize(
    ("parts", "en", "zh"),
    [
        ([], "", ""),
        (["a"], "a", "a"),
        (["a", "b"], "a and b", "a、b"),
        (["a", "b", "c"], "a, b and c", "a、b、c"),
    ],
)
def test_a_list_in_a_sentence(parts, en, zh):
    """English ends a list with `and`; Chinese sets 、 between."""
    assert (EN.joined(parts), ZH.joined(parts)) == (en, zh)


def test_sentences_in_a_row():
    """A blank between them in English, none in Chinese; nothing is left of one that says nothing."""
    assert EN.sentences(["One.", "", "Two."]) == "One. Two."
    assert ZH.sentences(["一。", "", "二。"]) == "一。二。"
    assert EN.sentences([]) == ""


def test_a_message_is_translated_before_it_is_filled_in():
    """The catalogue sees the template; the values go into its translation, braces of their own untouched."""
    words = Words("zh", {"{id} is late": "{id} 迟了", "on {day}%": "{day}%"}.__getitem__)
    assert words.text("{id} is late", id="{frb}") == "{frb} 迟了"
    assert Words("en", str).text("as {it} stands") == "as {it} stands"
