"""Which named places does this file hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from csgeo.errors import UnknownColumns
from csgeo.sources.account import account, look_for_personal, own_ids
from csgeo.sources.areas import not_wanted, wanted_shapes
from csgeo.sources.columns import Mapped, known_columns, lacks_columns, match_columns
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.labels import code_labels, code_of, refuse_all_unknown, unknown_doubts
from csgeo.sources.shapes import read_shapes, repaired
from csgeo.sources.values import constant, to_text
from csgeo.tables import NATIONAL_GRID, PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from csgeo.sources.report import Reading
    from csgeo.sources.sieve import Doubt

_REMEDY = 'If it matters, add it to the recipe under [places.words]: "{label}" = "{code}".'


def read_places(
    path: str | Path,
    *,
    kind: str | None = None,
    columns: Mapped | None = None,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
    words: Mapping[str, str] | None = None,
    where: Mapping[str, Any] | None = None,
) -> Reading:
    r"""Read named places: parks, stations, schools, police stations, hospitals.

    Hotspots are named from them, and records that pile up at a police station
    or a hospital are recognised by them.

    Parameters
    ----------
    path
        GeoPackage, Shapefile (zipped too), GeoJSON, GeoParquet, or a table with coordinates.
    kind
        The kind of all rows (a code or word of the location vocabulary), where
        no column says it.
    columns
        Our names -> the file's names, before every guess.
    layer
        Layer of a GeoPackage or zip, or sheet of a workbook.
    crs, to_crs
        As for :func:`csgeo.read_incidents`.
    words
        Further labels and the location codes they stand for.
    where
        Only the rows with these values, as for :func:`csgeo.read_areas`.

    Returns
    -------
    reading
        ``table`` (PLACES; points, lines or areas as the file has them),
        ``report`` and ``set_aside``: rows of a kind that no entry knows are set
        aside by label.

    Raises
    ------
    UnknownColumns, UnknownWords, UnreadableFile, WrongCRS, SourceError
        If the file cannot be read as places.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "places.csv"
    >>> _ = file.write_text("name,kind,easting,northing\nNick,Police Station,375100,164500\n")
    >>> read_places(file).table["kind"].tolist()
    ['POLICE_STATION']
    """
    rows = read_rows(path, layer=layer)
    chosen = dict(columns or {})
    if kind is not None:
        chosen.setdefault("kind", None)
    known = {**known_columns("places"), **known_columns("place")}
    found = [str(c) for c in rows.frame]
    matched = match_columns(found, known, given=chosen, file=rows.file, section="places.columns")
    personal = look_for_personal(rows, "places", matched)
    unwanted = not_wanted(rows, where)
    kinds, strange = _kinds(rows, matched, kind, words)
    shapes = read_shapes(
        wanted_shapes(rows, unwanted),
        matched,
        section="places",
        crs=crs,
        to_crs=to_crs,
        points_too=True,
    )
    geometry, mended = repaired(_single_points(shapes.geometry))
    ids, notes = own_ids(rows, matched.get("place_id"))
    names = (
        _as_written(to_text(rows.frame[matched["name"]]))
        if "name" in matched
        else constant(None, rows.frame.index)
    )

    def make(used: npt.NDArray[np.bool_]) -> gpd.GeoDataFrame:
        table = pd.DataFrame({"name": names, "kind": kinds})[used]
        table = table.set_index(pd.Index(ids[used], name="place_id"))
        return gpd.GeoDataFrame(table, geometry=geometry[used].to_numpy(), crs=to_crs)

    return account(
        rows,
        make,
        [*unwanted, *shapes.doubts, *strange],
        contract=PLACES,
        matched=matched,
        notes=[*shapes.notes, *mended, *notes],
        personal=personal,
    )


def _kinds(
    rows: Rows, matched: Mapping[str, str], kind: str | None, words: Mapping[str, str] | None
) -> tuple[pd.Series, list[Doubt]]:
    index = rows.frame.index
    everywhere = None if kind is None else code_of(kind, "location", words)
    if "kind" not in matched:
        if everywhere is None:
            looked = "kind, type, classification, function"
            remedy = 'Name the column under [places.columns], or say what all rows are with kind = "PARK" or the like.'
            found = [str(c) for c in rows.frame]
            raise UnknownColumns(
                lacks_columns(rows.file, "what kind of place it is", looked, found, remedy)
            )
        return constant(everywhere, index), []
    column = matched["kind"]
    coded = code_labels(rows.frame[column], "location", words)
    remedy = 'Name the right column, say kind = "..." for all rows, or add the labels under [places.words].'
    refuse_all_unknown(coded, "location", rows.file, column, remedy)
    codes = coded.codes.where(coded.codes.notna() | coded.unknown, everywhere or "UNKNOWN")
    return codes, unknown_doubts(coded, "location", column, _REMEDY)


def _single_points(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Turn multipoints into one point in their middle: a name needs one place."""
    several = shapes.geom_type == "MultiPoint"
    if not several.any():
        return shapes
    single = shapes.copy()
    single[several] = shapes[several].centroid
    return single


def _as_written(names: pd.Series) -> pd.Series:
    """Write a name in capitals as one writes names: KEYNSHAM as Keynsham, WESTON-SUPER-MARE with its hyphens."""
    shouted = names.str.isupper() & (names.str.len() > 3)
    return names.where(~shouted.fillna(value=False).astype(bool), names.str.title())
