"""How does a release leave as a table for a spreadsheet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.disclosure.release import require_release

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.release import Release

#: What makes a spreadsheet take a text for a formula (OWASP ASVS 5.0, 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def write_tables(release: Release, folder: Path) -> dict[str, Path]:
    """Write places and the services near them as CSV that a spreadsheet shows right.

    UTF-8 with a byte order mark; a text that a spreadsheet would run as a
    formula gets a leading quote. ``middle_easting`` and ``middle_northing`` are
    of the shape, in metres, not of any record.

    Returns
    -------
    written
        File name to path.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    places = release.hotspots
    middle = places.representative_point()
    listed = pd.DataFrame(places.drop(columns=places.geometry.name)).assign(
        middle_easting=middle.x.round().astype(int),
        middle_northing=middle.y.round().astype(int),
    )
    near = release.services_near.merge(
        listed[["rank", "name"]], left_on="hotspot_id", right_index=True, how="left"
    )
    near = near[["rank", "name", *release.services_near.columns]]
    written = {}
    for name, table in (("hotspots", listed.reset_index()), ("services_near", near)):
        path = folder / f"{name}.csv"
        neutral(table).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        written[path.name] = path
    return written


def neutral(table: pd.DataFrame) -> pd.DataFrame:
    """Put a quote before each text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> neutral(pd.DataFrame({"name": ["=1+1", "Mill Lane"]}))["name"].tolist()
    ["'=1+1", 'Mill Lane']
    """
    return table.map(
        lambda value: (
            f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        )
    )
