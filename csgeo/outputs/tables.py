"""How does a release leave as a table for a spreadsheet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.disclosure.release import require_release
from csgeo.outputs.exports import neutral_text, said_of
from csgeo.outputs.viewed import views_table

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.release import Release


def write_tables(release: Release, folder: Path) -> dict[str, Path]:
    """Write places, their views and the services near them as CSV that a spreadsheet shows right.

    UTF-8 with a byte order mark; a text that a spreadsheet would run as a
    formula gets a leading quote. ``middle_easting`` and ``middle_northing`` are
    of the shape, in metres, not of any record. The last columns carry the marking, the caveats and
    whom it was given to, on each row: a row that is copied elsewhere takes them along.

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
    tables = {
        "hotspots": listed.reset_index(),
        "services_near": near,
        "views": views_table(release),
    }
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        marked = table.assign(**_carried(release))
        neutral(marked).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        written[path.name] = path
    return written


def _carried(release: Release) -> dict[str, str]:
    """Give the columns that say what each row is, whom it is for and what to bear in mind."""
    said = said_of(release)
    asked: dict[str, str] = {name: said[name] for name in ("given_to", "given_for") if name in said}
    return {"marking": said["marking"], **asked, "caveats": " ".join(said["caveats"])}


def neutral(table: pd.DataFrame) -> pd.DataFrame:
    """Put a quote before each text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> neutral(pd.DataFrame({"name": ["=1+1", "Mill Lane"]}))["name"].tolist()
    ["'=1+1", 'Mill Lane']
    """
    return table.map(lambda value: neutral_text(value) if isinstance(value, str) else value)
