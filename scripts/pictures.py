"""Draw the pictures of the README from the shipped figures: ``python scripts/pictures.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from runoff import charts
from runoff.actions.brief import brief
from runoff.actions.workspace import Workspace, words_in
from runoff.config import Settings

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
AS_OF = "2026-10-01"


def main() -> None:
    """Write net liquidity in English and Chinese, for light and dark pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home), store_url=f"sqlite:///{Path(home) / 'runoff.sqlite'}", language="en"
        )
        with Workspace.open(settings) as work:
            for language in ("en", "zh"):
                words = words_in(language)
                (plot,) = brief(work, words, as_of=AS_OF).sections["net_liquidity"].plots
                for theme, colours in (("light", charts.LIGHT), ("dark", charts.DARK)):
                    path = FOLDER / f"net-liquidity-{language}-{theme}.png"
                    path.write_bytes(charts.png(plot, words, colours=colours, scale=2.0))
                    print(path.relative_to(FOLDER.parents[1]), path.stat().st_size)


if __name__ == "__main__":
    main()
