"""Net liquidity: its level, what changed over 1, 4, 13 and 52 weeks, and what moved it, adding up exactly."""

from __future__ import annotations

from datetime import date, timedelta

from runoff.core.errors import LookaheadError, Unavailable
from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, SectionPlugin, Style, Table, no_data
from runoff.core.series import Observation
from runoff.core.units import USD_MILLIONS
from runoff.core.view import View
from runoff.ledger.bank import Bank
from runoff.ledger.net_liquidity import (
    EVERYTHING_ELSE,
    Attribution,
    Variant,
    attribution,
    latest,
    path,
)

WEEKS = (1, 4, 13, 52)
# The first operation of the overnight reverse repo facility (New York Fed); before it the line held other operations.
ON_RRP_SINCE = date(2013, 9, 23)
# A push smaller than this share of the largest is not worth a clause; one against it, from this share on, is.
_WORTH_NAMING, _OFFSET = 0.1, 0.25
DEFINITION = plugin("banks", "fed", Bank).defined_net_liquidity()


def part_name(words: Words, part: str) -> str:
    """The name of a line of net liquidity or of its attribution."""
    names = {
        "total_assets": words.text("Total assets"),
        "supplying": words.text("Factors supplying reserve funds"),
        "treasuries": words.text("Treasury securities"),
        "agency_debt": words.text("Federal agency debt"),
        "mbs": words.text("Mortgage-backed securities"),
        "loans": words.text("Loans"),
        EVERYTHING_ELSE: words.text("Everything else (repos, swaps, facilities, premiums, other)"),
        "tga": words.text("Treasury General Account"),
        "on_rrp": words.text("ON RRP"),
    }
    return names[part]


def _known(view: View, variant: Variant, day: date) -> list[Observation] | None:
    """The lines of a variant on exactly `day`; None where one is not known."""
    found = [series.on(day) if (series := view.known(t.series)) else None for t in variant.terms]
    return [line for line in found if line is not None] if all(line is not None for line in found) else None


def _stale(view: View, variant: Variant) -> bool:
    """Whether a newer figure of the variant was due."""
    return any(view.is_late(term.series) for term in variant.terms)


def _figure(
    figure_id: str,
    label: str,
    value: int,
    lines: list[Observation],
    *,
    stale: bool,
    start: date | None = None,
) -> Figure:
    return Figure(
        id=figure_id,
        label=label,
        value=value,
        unit=USD_MILLIONS.symbol,
        period=max(line.period for line in lines),
        known_at=max(line.known_at for line in lines),
        since=start,
        assumed=any(line.assumed for line in lines),
        revised=any(line.revised for line in lines),
        stale=stale,
        style=Style.LEVEL if start is None else Style.CHANGE,
        digests=tuple(sorted({line.digest for line in lines})),
    )


def _moves(view: View, variant: Variant, end: date) -> dict[int, Attribution]:
    """The attribution over each number of weeks for which both days are known."""
    found = {}
    for weeks in WEEKS:
        start = end - timedelta(weeks=weeks)
        if _known(view, variant, start) is not None:
            found[weeks] = attribution(view, DEFINITION, variant, start=start, end=end)
    return found


def _span(words: Words, weeks: int) -> str:
    return words.text("1 week") if weeks == 1 else words.text("{weeks} weeks", weeks=weeks)


def _change_cells(
    view: View, words: Words, variant: Variant, end: date, moves: dict[int, Attribution], part: str
) -> tuple[Figure, ...]:
    """One row of changes over each number of weeks; `part` is a part, or "change" for the figure itself."""
    cells = []
    for weeks in WEEKS:
        start = end - timedelta(weeks=weeks)
        figure_id = f"{variant.id}_{part}_{weeks}w"
        label = words.text("Change over {span}", span=_span(words, weeks))
        if weeks not in moves:
            cells.append(
                no_data(
                    figure_id,
                    label,
                    USD_MILLIONS,
                    words.text("no data: a line of {date} is not known", date=words.date(start)),
                    style=Style.CHANGE,
                )
            )
            continue
        move = moves[weeks]
        value = move.change if part == "change" else move.parts[part]
        lines = (_known(view, variant, start) or []) + (_known(view, variant, end) or [])
        cells.append(_figure(figure_id, label, value, lines, stale=_stale(view, variant), start=start))
    return tuple(cells)


def _level_row(view: View, words: Words, variant: Variant, end: date, label: str) -> Row:
    lines = _known(view, variant, end) or []
    value = sum(t.sign * round(line.value) for t, line in zip(variant.terms, lines, strict=True))
    moves = _moves(view, variant, end)
    return Row(
        label=label,
        cells=(
            _figure(variant.id, label, value, lines, stale=_stale(view, variant)),
            words.date(end),
            *_change_cells(view, words, variant, end, moves, "change"),
        ),
        emphasis=variant.id == DEFINITION.default,
    )


def _sentence(words: Words, move: Attribution, weeks: int, level: int) -> str:
    """What happened, in one sentence: the direction, the size, and what pushed that way, the largest first."""
    assets = sum(amount for part, amount in move.parts.items() if part not in {"tga", "on_rrp"})
    pushes = {"assets": assets, "tga": move.parts["tga"], "on_rrp": move.parts["on_rrp"]}
    rose = move.change > 0
    by_size = sorted(pushes.items(), key=lambda item: -abs(item[1]))
    largest = max((abs(amount) for amount in pushes.values() if (amount > 0) == rose), default=0)
    drivers = [
        _driver(words, name, amount, move.end)
        for name, amount in by_size
        if amount and (amount > 0) == rose and abs(amount) >= _WORTH_NAMING * largest
    ]
    offsets = [
        _driver(words, name, amount, move.end)
        for name, amount in by_size
        if (amount > 0) != rose and abs(amount) >= _OFFSET * largest and amount
    ]
    when = (
        words.text("In the week to {date}", date=words.date(move.end))
        if weeks == 1
        else words.text("In the {weeks} weeks to {date}", weeks=weeks, date=words.date(move.end))
    )
    size = words.amount(abs(move.change), USD_MILLIONS)
    values = {
        "when": when,
        "size": size,
        "level": words.amount(level, USD_MILLIONS),
        "drivers": words.joined(drivers),
        "offsets": words.joined(offsets),
        "assets": words.amount(abs(assets), USD_MILLIONS),
    }
    if not move.change:
        return words.text("{when} net liquidity did not change: {level}.", **values)
    if assets < 0 < move.change:
        return words.text(
            "{when} total assets shrank by {assets}, yet net liquidity rose by {size} to {level}, because "
            "{drivers}.",
            **values,
        )
    if move.change < 0 < assets:
        return words.text(
            "{when} total assets grew by {assets}, yet net liquidity fell by {size} to {level}, because {drivers}.",
            **values,
        )
    if rose and offsets:
        return words.text(
            "{when} net liquidity rose by {size} to {level}, because {drivers}, while {offsets}.", **values
        )
    if rose:
        return words.text("{when} net liquidity rose by {size} to {level}, because {drivers}.", **values)
    if offsets:
        return words.text(
            "{when} net liquidity fell by {size} to {level}, because {drivers}, while {offsets}.", **values
        )
    return words.text("{when} net liquidity fell by {size} to {level}, because {drivers}.", **values)


def _driver(words: Words, name: str, amount: int, day: date) -> str:
    size = words.amount(abs(amount), USD_MILLIONS)
    match name, amount > 0:
        case "assets", True:
            return words.text("total assets grew by {size}", size=size)
        case "assets", False:
            return words.text("total assets shrank by {size}", size=size)
        case "tga", True:
            return words.text("the Treasury General Account fell by {size}", size=size)
        case "tga", False:
            return words.text("the Treasury General Account rose by {size}", size=size)
        case _, True if day < ON_RRP_SINCE:
            return words.text("reverse repos with others fell by {size}", size=size)
        case _, False if day < ON_RRP_SINCE:
            return words.text("reverse repos with others rose by {size}", size=size)
        case _, True:
            return words.text("{size} left ON RRP", size=size)
        case _:
            return words.text("{size} went into ON RRP", size=size)


def write(view: View, words: Words) -> Section:
    """Level, change and attribution of the default variant, and of `table1`, which is known every week."""
    title = words.text(TITLE)
    level, table1 = DEFINITION.variant(DEFINITION.default), DEFINITION.variant("table1")
    try:
        end, weekly = latest(view, DEFINITION, level), latest(view, DEFINITION, table1)
    except (LookaheadError, Unavailable) as error:
        reason = words.text(error.template, **error.values)
        return Section(
            title=title,
            sentences=(words.text("No data: {reason}.", reason=reason),),
            figures=(no_data(level.id, title, USD_MILLIONS, reason),),
        )
    moves = _moves(view, level, end)
    columns = tuple(_span(words, weeks) for weeks in WEEKS)
    levels = Table(
        id="net_liquidity",
        title=words.text("Level and change"),
        columns=(words.text("Level"), words.text("Wednesday"), *columns),
        rows=(
            _level_row(view, words, level, end, words.text("Net liquidity (level)")),
            _level_row(view, words, table1, weekly, words.text("Net liquidity (table1)")),
        ),
        note=words.text(
            "level: total assets − TGA − ON RRP; table1: factors supplying − TGA − ON RRP, known every week."
        ),
    )
    parts = [*DEFINITION.parts, EVERYTHING_ELSE, *(t.line for t in level.terms[1:])]
    attributed = Table(
        id="attribution",
        title=words.text("What moved it, to {date}", date=words.date(end)),
        columns=columns,
        rows=(
            *(
                Row(
                    label=part_name(words, part),
                    cells=_change_cells(view, words, level, end, moves, part),
                    detail=not any(move.parts[part] for move in moves.values()),
                )
                for part in parts
            ),
            Row(
                label=words.text("Change in net liquidity (level)"),
                cells=_change_cells(view, words, level, end, moves, "change"),
                emphasis=True,
            ),
        ),
        note=words.text(
            "A rise of the TGA or of ON RRP takes liquidity away and counts negative; parts add up exactly."
        ),
    )
    value = next(c.value for c in levels.rows[0].cells if isinstance(c, Figure))
    weeks = min(moves, default=None)
    sentence = (
        _sentence(words, moves[weeks], weeks, round(value or 0))
        if weeks is not None
        else words.text(
            "Net liquidity was {level} on {date}; no earlier Wednesday is known to compare with.",
            level=words.amount(value or 0, USD_MILLIONS),
            date=words.date(end),
        )
    )
    sentences = (sentence,) if weekly <= end else (sentence, _newer(view, words, table1, weekly))
    return Section(title=title, sentences=sentences, tables=(levels, attributed), plots=(_plot(view, words),))


def _newer(view: View, words: Words, variant: Variant, end: date) -> str:
    """What the measure that is known every week says of a later week."""
    lines = _known(view, variant, end) or []
    values = {
        "date": words.date(end),
        "level": words.amount(
            sum(t.sign * line.value for t, line in zip(variant.terms, lines, strict=True)), USD_MILLIONS
        ),
    }
    move = _moves(view, variant, end).get(1)
    if move is None:
        return words.text("On the measure known every week (table1) it was {level} on {date}.", **values)
    values["size"] = words.amount(abs(move.change), USD_MILLIONS)
    if move.change >= 0:
        return words.text(
            "On the measure known every week (table1) it rose by {size} in the week to {date}, to {level}.",
            **values,
        )
    return words.text(
        "On the measure known every week (table1) it fell by {size} in the week to {date}, to {level}.",
        **values,
    )


def _plot(view: View, words: Words) -> Plot:
    found = path(view, DEFINITION, DEFINITION.variant(DEFINITION.default))
    lines = {words.text("Net liquidity"): found.net}
    lines |= {part_name(words, line): values for line, values in found.lines.items()}
    return Plot(
        id="net_liquidity",
        title=words.text("Net liquidity and its parts, Wednesdays"),
        kind=PlotKind.LINES,
        unit=USD_MILLIONS.symbol,
        periods=found.periods,
        lines=lines,
        description=words.text(
            "Total assets less the Treasury General Account less ON RRP, and the three lines themselves."
        ),
    )


TITLE = "Net liquidity"
SECTION = SectionPlugin(order=20, title=TITLE, needs=DEFINITION.needs(), write=write)
