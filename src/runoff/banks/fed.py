"""The Federal Reserve: the chart of accounts of H.4.1 table 1, and net liquidity.

Lines that ship carry their FRED codes; the others carry the mnemonics of the Board's Data Download Program, and are
shown where a full sheet is in the store. Without them, what a total holds beyond its known parts is "not itemised".

References
----------
Federal Reserve Board, H.4.1, "Factors affecting reserve balances of depository institutions", table 1 and notes.
"""

from __future__ import annotations

from runoff.core.accounts import Account, Chart, Sector, Side
from runoff.core.units import USD_MILLIONS, Measure
from runoff.ledger.bank import Bank
from runoff.ledger.net_liquidity import Definition, Term, Variant

_TREASURY, _BANKS, _FOREIGN = Sector.TREASURY, Sector.BANKS, Sector.FOREIGN_OFFICIAL
_FUNDS, _HOUSEHOLDS, _BORROWERS = Sector.MONEY_FUNDS, Sector.HOUSEHOLDS, Sector.MORTGAGE_BORROWERS


def _line(
    side: Side, account: str, title: str, code: str, parent: str | None, counterparty: Sector | None
) -> Account:
    return Account(
        id=account, title=title, side=side, series=f"frb:{code}", parent=parent, counterparty=counterparty
    )


# account, title, code, parent, who owes it
_SUPPLYING = (
    ("supplying", "Factors supplying reserve funds", "WTFSRFL", None, None),
    ("credit", "Reserve Bank credit", "RESH4SC_N.WW", "supplying", None),
    ("securities", "Securities held outright", "WSHOSHO", "credit", None),
    ("treasuries", "Treasury securities", "WSHOTSL", "securities", _TREASURY),
    ("bills", "Bills", "RESPPALGUOB_N.WW", "treasuries", _TREASURY),
    ("notes_and_bonds", "Notes and bonds, nominal", "RESPPALGUOMN_N.WW", "treasuries", _TREASURY),
    ("tips", "Notes and bonds, inflation-indexed", "RESPPALGUOMI_N.WW", "treasuries", _TREASURY),
    ("inflation", "Inflation compensation", "RESPPALGUOMC_N.WW", "treasuries", _TREASURY),
    ("agency_debt", "Federal agency debt", "WSHOFADSL", "securities", _BORROWERS),
    ("mbs", "Mortgage-backed securities", "WSHOMCB", "securities", _BORROWERS),
    ("premiums", "Unamortised premiums", "RESPPALSP_N.WW", "credit", None),
    ("discounts", "Unamortised discounts", "RESPPALSD_N.WW", "credit", None),
    ("repos", "Repurchase agreements", "RESPPALGTR_N.WW", "credit", None),
    ("repos_foreign", "Foreign official", "RESPPALGTRF_N.WW", "repos", _FOREIGN),
    ("repos_others", "Others", "RESPPALGTRO_N.WW", "repos", _BANKS),
    ("loans", "Loans", "WLCFLL", "credit", _BANKS),
    ("primary_credit", "Primary credit", "WLCFLPCL", "loans", _BANKS),
    ("secondary_credit", "Secondary credit", "WLCFLSCL", "loans", _BANKS),
    ("seasonal_credit", "Seasonal credit", "WLCFLSECL", "loans", _BANKS),
    ("ppplf", "Paycheck Protection Program Liquidity Facility", "H41RESPPALDJNWW", "loans", _BANKS),
    ("btfp", "Bank Term Funding Program", "H41RESPPALDKNWW", "loans", _BANKS),
    ("other_credit", "Other credit extensions", "WLCFOCEL", "loans", _BANKS),
    ("municipal", "Municipal Liquidity Facility", "RESPPAADH_N.WW", "credit", None),
    ("main_street", "Main Street facilities", "RESPPAAEH_N.WW", "credit", None),
    ("talf", "TALF II", "RESPPAATAL2H_N.WW", "credit", None),
    ("float", "Float", "RESH4SCF_N.WW", "credit", _BANKS),
    ("swaps", "Central bank liquidity swaps", "RESH4SCS_N.WW", "credit", _FOREIGN),
    ("other_assets", "Other Federal Reserve assets", "RESH4SO_N.WW", "credit", None),
    ("foreign_currency", "Foreign currency denominated assets", "RESPPAOF_N.WW", "supplying", _FOREIGN),
    ("gold", "Gold stock", "RESTBMG_N.WW", "supplying", _TREASURY),
    ("sdr", "Special drawing rights certificate account", "RESPPAS_N.WW", "supplying", _TREASURY),
    ("treasury_currency", "Treasury currency outstanding", "RESTBMT_N.WW", "supplying", _TREASURY),
)

# account, title, code, parent, who holds it
_ABSORBING = (
    ("absorbing", "Factors absorbing reserve funds", "WTFORBAFL", None, None),
    ("currency", "Currency in circulation", "WCICL", "absorbing", _HOUSEHOLDS),
    ("reverse_repos", "Reverse repurchase agreements", "WLRRAL", "absorbing", None),
    ("foreign_rrp", "Foreign official and international accounts", "WLRRAFOIAL", "reverse_repos", _FOREIGN),
    ("on_rrp", "Others (the ON RRP facility)", "WLRRAOL", "reverse_repos", _FUNDS),
    ("treasury_cash", "Treasury cash holdings", "RESTBHT_N.WW", "absorbing", _TREASURY),
    ("deposits", "Deposits other than reserve balances", "RESPPLLB_N.WW", "absorbing", None),
    ("term_deposits", "Term deposits", "RESPPLLDA_N.WW", "deposits", _BANKS),
    ("tga", "Treasury General Account", "WDTGAL", "deposits", _TREASURY),
    ("foreign_deposits", "Foreign official deposits", "RESPPLLDF_N.WW", "deposits", _FOREIGN),
    ("other_deposits", "Other deposits", "RESPPLLDO_N.WW", "deposits", None),
    ("contributions", "Treasury contributions to facilities", "RESH4E_N.WW", "absorbing", _TREASURY),
    ("other_liabilities", "Other liabilities and capital", "RESH4AO_N.WW", "absorbing", None),
)

CHART = Chart(
    bank="fed",
    title="Federal Reserve",
    unit=USD_MILLIONS,
    tolerance=1,  # the published sheet balances to 1 million
    accounts=(
        *(_line(Side.SUPPLYING, *row) for row in _SUPPLYING),
        *(_line(Side.ABSORBING, *row) for row in _ABSORBING),
        _line(
            Side.RESERVES, "reserves", "Reserve balances with Federal Reserve Banks", "WRBWFRBL", None, _BANKS
        ),
    ),
)

_ASSETS = Term(line="total_assets", series="frb:WALCL", sign=1)
_TGA = Term(line="tga", series="frb:WDTGAL", sign=-1)
_ON_RRP = Term(line="on_rrp", series="frb:WLRRAOL", sign=-1)

_VARIANTS = (
    Variant(
        id="level",
        says="total assets less TGA less reverse repos with others, Wednesday levels of one H.4.1",
        terms=(_ASSETS, _TGA, _ON_RRP),
    ),
    Variant(
        id="daily",
        says="as level, with the day's ON RRP operation (no term operations; no figure on a day without one)",
        terms=(_ASSETS, _TGA, Term(line="on_rrp", series="nyfed:RRPONTSYD", sign=-1, gaps=True)),
    ),
    Variant(
        id="table1",
        says="factors supplying less TGA less reverse repos with others: exact in the bridge, known every week",
        terms=(Term(line="supplying", series="frb:WTFSRFL", sign=1), _TGA, _ON_RRP),
    ),
    Variant(
        id="average",
        says="as level, with the TGA as an average over the week: not comparable with a Wednesday level",
        terms=(
            _ASSETS,
            Term(line="tga", series="frb:WTREGEN", sign=-1, measure=Measure.WEEK_AVERAGE),
            _ON_RRP,
        ),
    ),
    Variant(
        id="with_remittances",
        says="as level, less remittances due to the Treasury",
        terms=(_ASSETS, _TGA, _ON_RRP, Term(line="remittances", series="frb:RESPPLLOPNWW", sign=-1)),
    ),
    Variant(
        id="broad",
        says="as level, less reverse repos with foreign official accounts too",
        terms=(_ASSETS, _TGA, _ON_RRP, Term(line="foreign_rrp", series="frb:WLRRAFOIAL", sign=-1)),
    ),
)

BANK = Bank(
    chart=CHART,
    net_liquidity=Definition(
        unit=USD_MILLIONS,
        variants={variant.id: variant for variant in _VARIANTS},
        default="level",
        parts={
            "treasuries": "frb:WSHOTSL",
            "agency_debt": "frb:WSHOFADSL",
            "mbs": "frb:WSHOMCB",
            "loans": "frb:WLCFLL",
        },
        bridge={
            "supplying": "frb:WTFSRFL",
            "absorbing": "frb:WTFORBAFL",
            "reserves": "frb:WRBWFRBL",
            "currency": "frb:WCICL",
            "reverse_repos": "frb:WLRRAL",
            "foreign_rrp": "frb:WLRRAFOIAL",
            "tga": "frb:WDTGAL",
        },
    ),
)
