"""Saying things in the reader's language: messages, numbers and dates in their habit.

English counts in millions, billions and trillions; Chinese in 亿 (a hundred million) and 万亿 (a trillion). An amount
in 亿 with two decimals is exact to the million, so both tables show the same figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from runoff.core.time import NEW_YORK
from runoff.core.units import Frequency, Unit

LANGUAGES = ("en", "zh")

_CURRENCY = {
    "en": {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"},
    "zh": {
        "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "CNY": "元", "CAD": "加元", "AUD": "澳元",
        "NZD": "新西兰元", "SEK": "瑞典克朗", "CHF": "瑞士法郎",
    },
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS_ZH = {
    "percent": "%",
    "bp": "基点",
    "ratio": "倍",
    "index": "指数",
    "persons": "人",
    "thousand persons": "千人",
    "USD2017 bn": "十亿美元（2017年不变价）",
    "days": "天",
    "weeks": "周",
    "months": "个月",
}
_UNITS_EN = {"percent": "%", "bp": "bp"}
_DECIMALS = {
    "percent": 2,
    "bp": 1,
    "ratio": 3,
    "index": 4,
    "persons": 0,
    "thousand persons": 0,
    "USD2017 bn": 3,
    "days": 0,
    "weeks": 0,
    "months": 1,
}
_ONE_EN = {"days": "day", "weeks": "week", "months": "month"}
_MINUS = "−"


@dataclass(frozen=True, slots=True)
class Words:
    """One language: `text` translates a message and fills it in; the others write numbers and dates."""

    language: str
    translate: Callable[[str], str]

    def text(self, message: str, **values: object) -> str:
        """Translate a message and fill in its named places."""
        translated = self.translate(message)
        return translated.format(**values) if values else translated

    def period(self, day: date, frequency: Frequency) -> str:
        """The period that starts on `day`: a day, 2026Q1, or Jan 2026 and 2026年1月."""
        if frequency is Frequency.QUARTERLY:
            return f"{day.year}Q{(day.month + 2) // 3}"
        if frequency is Frequency.MONTHLY:
            if self.language == "zh":
                return f"{day.year}年{day.month}月"
            return f"{_MONTHS[day.month - 1]} {day.year}"
        return self.date(day)

    def date(self, day: date) -> str:
        """A day: 16 Sep 2026, or 2026年9月16日."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def instant(self, moment: datetime) -> str:
        """A moment in New York: 1 Oct 2026 16:30 New York."""
        local = moment.astimezone(NEW_YORK)
        return f"{self.date(local.date())} {local:%H:%M} {'纽约' if self.language == 'zh' else 'New York'}"

    def table_unit(self, unit: Unit) -> str:
        """The unit in which `number` writes figures of `unit`: USD mn stays, and is 亿美元 in Chinese."""
        if self.language == "zh":
            if unit.dimension in _CURRENCY["zh"]:
                return f"亿{_CURRENCY['zh'][unit.dimension]}"
            return _UNITS_ZH[unit.symbol]
        return _UNITS_EN.get(unit.symbol, unit.symbol)

    def number(self, value: float, unit: Unit, *, signed: bool = False) -> str:
        """A figure for a table, exact: 5,749,465 (USD mn) or 57,494.65 (亿美元)."""
        if unit.dimension in _CURRENCY["zh"]:
            if self.language == "zh":
                return _grouped(value * 10.0 ** (unit.exponent - 8), 2, signed=signed)
            return _grouped(value, 0 if unit.exponent <= 6 else 3, signed=signed)
        return _grouped(value, _DECIMALS[unit.symbol], signed=signed)

    def amount(self, value: float, unit: Unit, *, signed: bool = False) -> str:
        """An amount for a sentence: $5.75tn, $56.9bn, or 5.75万亿美元, 569亿美元; other units as a table has them.

        Of time: 111 days, 1 day, 7.5 months, or 111天, 1天, 7.5个月.
        """
        if unit.dimension not in _CURRENCY["zh"]:
            space = "" if unit.symbol == "percent" or self.language == "zh" else " "
            number = self.number(value, unit, signed=signed).removesuffix(".0")
            name = self.table_unit(unit)
            if self.language == "en" and number.lstrip(f"+{_MINUS}") == "1":
                name = _ONE_EN.get(unit.symbol, name)
            return f"{number}{space}{name}"
        size = value * 10.0**unit.exponent
        sign = _MINUS if size < 0 else "+" if signed and size > 0 else ""
        size = abs(size)
        if self.language == "zh":
            name = _CURRENCY["zh"][unit.dimension]
            if size >= 1e12:
                return f"{sign}{size / 1e12:,.2f}万亿{name}"
            decimals = 0 if size >= 1e11 else 1 if size >= 1e9 else 2
            return f"{sign}{f'{size / 1e8:,.{decimals}f}'.removesuffix('.0')}亿{name}"
        name = _CURRENCY["en"].get(unit.dimension, f"{unit.dimension} ")
        for scale, suffix, decimals in ((1e12, "tn", 2), (1e9, "bn", 1), (1e6, "mn", 0)):
            if size >= scale:
                return f"{sign}{name}{f'{size / scale:,.{decimals}f}'.removesuffix('.0')}{suffix}"
        return f"{sign}{name}{size / 1e6:,.0f}mn"

    def joined(self, parts: list[str]) -> str:
        """A list in a sentence."""
        if self.language == "zh":
            return "、".join(parts)
        return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""

    def sentences(self, parts: Iterable[str]) -> str:
        """Sentences one after the other; Chinese sets no blank between. What is empty is left out."""
        return ("" if self.language == "zh" else " ").join(part for part in parts if part)


def said(message: str) -> str:
    """The same text: marks one that is kept as data and said later, so that the catalogues collect it."""
    return message


def _grouped(value: float, decimals: int, *, signed: bool) -> str:
    rounded = round(value, decimals)
    sign = _MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{decimals}f}"
