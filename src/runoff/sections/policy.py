"""What balance-sheet policy is doing: the state in force, its amounts, and what has been announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from runoff.core.language import Words
from runoff.core.policy import Policy, PolicyCalendar, State, Step
from runoff.core.report import Figure, Section, SectionPlugin, figure, no_data
from runoff.core.units import PERCENT, USD_BILLIONS
from runoff.core.view import Needs, View

# How long lending is news beside a policy.
_RECENT_DAYS = 90
_LOWER, _UPPER, _IOR = "frb:DFEDTARL", "frb:DFEDTARU", "frb:IOR"


def _state(words: Words, state: State) -> str:
    names: Final = {
        State.QE: words.text("Asset purchases (QE)"),
        State.TAPER: words.text("Asset purchases are being slowed (taper)"),
        State.HOLD: words.text("Holdings are kept level (full reinvestment)"),
        State.RUN_OFF: words.text("Passive run-off (QT)"),
        State.SLOWED_RUN_OFF: words.text("Slowed run-off (QT at lower caps)"),
        State.ACTIVE_SALES: words.text("Active sales"),
        State.ENDED: words.text("Run-off has ended"),
        State.RESERVE_MANAGEMENT: words.text("Reserve management"),
        State.MIX_SHIFT: words.text("Run-off has ended; the mix shifts from agency securities to Treasuries"),
        State.TWIST: words.text("Maturity extension (twist)"),
        State.EMERGENCY_LENDING: words.text("Emergency lending"),
        State.COMMUNICATION: words.text("Communication only"),
    }
    return names[state]


def _security(words: Words, security: str | None) -> str:
    names: Final = {
        "treasuries": words.text("Treasuries"),
        "agency_mbs": words.text("Agency debt and MBS"),
        "bills": words.text("Treasury bills"),
        "government_bonds": words.text("Government bonds"),
        None: words.text("All securities"),
    }
    return names.get(security, str(security))


def _term(words: Words, step: Step, on: date) -> str:
    """What one step lets happen, as a clause that says so where no primary text was read."""
    clause = _clause(words, step, on)
    return clause if step.verified else words.text("{clause}, not verified at the publisher", clause=clause)


def _clause(words: Words, step: Step, on: date) -> str:
    security = _security(words, step.security)
    if step.amount_kind == "into_bills":
        return words.text("{security}: all principal moves into Treasury bills", security=security)
    if step.amount is None:
        return words.text("{security}: {programme}", security=security, programme=words.text(step.programme))
    amount = words.amount(step.amount, USD_BILLIONS)
    past = step.until is not None and step.until < on
    match step.amount_kind, step.amount:
        case "cap", 0:
            return words.text("{security}: no run-off, all principal reinvested", security=security)
        case "cap", _:
            return words.text("{security}: run-off up to {amount} a month", security=security, amount=amount)
        case "mix_cap", _:
            return words.text(
                "{security}: up to {amount} of principal a month moves into Treasuries",
                security=security,
                amount=amount,
            )
        case "purchase", 0:
            return words.text("{security}: no purchases, all principal reinvested", security=security)
        case "purchase", _ if past and step.until is not None:
            return words.text(
                "{security}: last published pace {amount} a month (schedule to {until}; the pace since is not in "
                "hand)",
                security=security,
                amount=amount,
                until=words.date(step.until),
            )
        case "purchase", _:
            return words.text("{security}: purchases of {amount} a month", security=security, amount=amount)
        case _:
            return words.text("{security}: {amount} a year", security=security, amount=amount)


def _term_figure(words: Words, prefix: str, step: Step) -> Figure:
    security = _security(words, step.security)
    kind: Final = {
        "cap": words.text("{security}, cap a month", security=security),
        "mix_cap": words.text("{security}, cap on principal into Treasuries, a month", security=security),
        "purchase": words.text("{security}, purchases a month", security=security),
    }
    return Figure(
        id=f"{prefix}_{step.security}_{step.amount_kind}",
        label=kind.get(step.amount_kind or "", security),
        value=step.amount,
        unit=f"{step.currency} bn",
        period=step.effective,
        known_at=step.known_at,
        note=None if step.verified else words.text("not verified at the publisher"),
    )


def write(view: View, words: Words) -> Section:
    """The policy in force on the day of the view, as known then."""
    day = view.as_of.date()
    policy = view.policy("fed").in_force(day)
    title = words.text(TITLE)
    rates = tuple(_rates(view, words))
    if policy is None:
        return Section(title=title, sentences=(_not_begun(words, view.policy("fed")),), figures=rates)
    sentences = [_in_force(words, policy, day), *_rates_in_force(words, rates)]
    if policy.announced:
        sentences.append(_announced(words, policy))
    sentences += _undated(words, policy)
    if beside := view.policy("fed").beside(day, _RECENT_DAYS):
        sentences.append(
            words.text(
                "Beside it, since {date}: {programmes}.",
                date=words.date(max(step.effective or day for step in beside)),
                programmes=words.joined([words.text(step.programme) for step in beside]),
            )
        )
    if policy.state is State.RESERVE_MANAGEMENT:
        sentences.append(words.text("Reserve management keeps reserves ample; it is not QE."))
    if policy.state in {State.MIX_SHIFT, State.ENDED, State.RESERVE_MANAGEMENT}:
        sentences.append(words.text("The end of run-off is not a rate cut."))
    return Section(
        title=title,
        sentences=tuple(sentences),
        facts={"state": policy.state, "since": policy.since.isoformat()},
        figures=tuple(
            replace(figure, detail=True)  # the sentences say it
            for figure in (
                *rates,
                *(_term_figure(words, "term", step) for step in policy.terms if step.amount is not None),
                *(
                    _term_figure(words, f"announced_{step.effective}", step)
                    for step in policy.announced
                    if step.amount is not None
                ),
            )
        ),
    )


def _not_begun(words: Words, calendar: PolicyCalendar) -> str:
    if not calendar.steps:
        return words.text("No data: the policy calendar of the Federal Reserve starts in November 2008.")
    return words.text(
        "Announced, and not begun: {programmes}.",
        programmes=words.joined([words.text(name) for name in {s.programme: None for s in calendar.steps}]),
    )


def _undated(words: Words, policy: Policy) -> list[str]:
    """What was announced without a start: ladders by security, and intentions that name no amount."""
    ladders: dict[str | None, list[float]] = {}
    for step in policy.undated:
        if step.amount is not None:
            ladders.setdefault(step.security, []).append(step.amount)
    found = []
    if ladders:
        clauses = [
            words.text(
                "{security}: run-off caps of {amounts} a month, step by step",
                security=_security(words, security),
                amounts=words.joined([words.amount(amount, USD_BILLIONS) for amount in amounts]),
            )
            for security, amounts in ladders.items()
        ]
        found.append(words.text("Announced without a starting date: {terms}.", terms=_joined(words, clauses)))
    if signals := {step.programme: None for step in policy.undated if step.amount is None}:
        found.append(
            words.text(
                "Announced in words, without amounts: {programmes}.",
                programmes=words.joined([words.text(name) for name in signals]),
            )
        )
    return found


def _rates_in_force(words: Words, rates: tuple[Figure, ...]) -> list[str]:
    lower, upper, floor = rates
    if lower.value is None or upper.value is None or floor.value is None or lower.period is None:
        return []
    return [
        words.text(
            "The target range is {lower}% to {upper}% since {since}; reserves earn {floor}%.",
            lower=f"{lower.value:.2f}",
            upper=f"{upper.value:.2f}",
            since=words.date(lower.period),
            floor=f"{floor.value:.2f}",
        )
    ]


def _joined(words: Words, clauses: list[str]) -> str:
    return ("；" if words.language == "zh" else "; ").join(clauses)


def _in_force(words: Words, policy: Policy, day: date) -> str:
    state, since = _state(words, policy.state), words.date(policy.since)
    if not policy.verified:
        since = words.text("{date} (calendar row not verified at the publisher)", date=since)
    if not policy.terms:
        return words.text("{state}, since {since}.", state=state, since=since)
    newest_first = sorted(policy.terms, key=lambda step: step.effective or day, reverse=True)
    clauses = [_term(words, step, day) for step in newest_first]
    return words.text(
        "{state}, since {since}. {terms}.", state=state, since=since, terms=_joined(words, clauses)
    )


def _announced(words: Words, policy: Policy) -> str:
    clauses = []
    for start in sorted({step.effective for step in policy.announced if step.effective is not None}):
        terms = [_term(words, step, start) for step in policy.announced if step.effective == start]
        clauses.append(
            words.text("from {start} {terms}", start=words.date(start), terms=_joined(words, terms))
        )
    return words.text("Announced: {steps}.", steps=_joined(words, clauses))


def _rates(view: View, words: Words) -> list[Figure]:
    labels = (
        ("target_lower", words.text("Target range, lower limit"), _LOWER),
        ("target_upper", words.text("Target range, upper limit"), _UPPER),
        ("interest_on_reserves", words.text("Interest on reserves"), _IOR),
    )
    return [
        figure(figure_id, label, found)
        if (series := view.known(series_id)) is not None
        and (found := series.in_force(view.as_of.date())) is not None
        else no_data(figure_id, label, PERCENT, words.text("not known at this date"))
        for figure_id, label, series_id in labels
    ]


TITLE = "Policy"
SECTION = SectionPlugin(
    order=10,
    title=TITLE,
    needs=Needs(series=frozenset({_LOWER, _UPPER, _IOR}), policy=frozenset({"fed"})),
    write=write,
)
