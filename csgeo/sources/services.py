"""Which services does this file hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.errors import UnknownColumns
from csgeo.sources.account import account, look_for_personal, own_ids
from csgeo.sources.columns import Mapped, known_columns, lacks_columns, match_columns
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.labels import code_labels, code_of, refuse_all_unknown, unknown_note
from csgeo.sources.location import locate
from csgeo.sources.shapes import without_place
from csgeo.sources.times import read_times
from csgeo.sources.values import constant, to_numbers, to_text
from csgeo.tables import NATIONAL_GRID, SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from csgeo.sources.report import Reading

_SECTION = "services.columns"


def read_services(
    path: str | Path,
    *,
    kind: str | None = None,
    columns: Mapped | None = None,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
    postcodes: pd.DataFrame | Path | str | None = None,
    words: Mapping[str, str] | None = None,
) -> Reading:
    r"""Read a file of services for young people, one row for each place that offers one.

    Parameters
    ----------
    path
        CSV, XLSX, GeoJSON, GeoPackage, Shapefile (zipped too), GeoParquet or Parquet.
    kind
        The kind of all rows (a code or word of the service vocabulary), where
        no column says it or the column is of no use.
    columns
        Our names -> the file's names, before every guess.
    layer
        Layer of a GeoPackage or zip, or sheet of a workbook.
    crs, to_crs, postcodes
        As for :func:`csgeo.read_incidents`.
    words
        The partnership's own labels and the service codes they stand for.

    Returns
    -------
    reading
        ``table`` (SERVICES), ``report`` and ``set_aside``. Kinds that no entry
        knows are ``OTHER``, and the notes list them; a service without a
        usable place is set aside. Areas become a point inside them.

    Raises
    ------
    UnknownColumns, UnknownWords, UnreadableFile, WrongCRS, SourceError
        If the file cannot be read as services.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "services.csv"
    >>> _ = file.write_text("name,kind,easting,northing\nHub,Youth centre,375100,164500\n")
    >>> read_services(file).table["kind"].tolist()
    ['YOUTH_CLUB']
    """
    rows = read_rows(path, layer=layer)
    chosen = dict(columns or {})
    if kind is not None:
        chosen.setdefault("kind", None)
    known = {**known_columns("services"), **known_columns("place")}
    found = [str(c) for c in rows.frame]
    matched = match_columns(found, known, given=chosen, file=rows.file, section=_SECTION)
    personal = look_for_personal(rows, "services", matched)
    kinds, notes = _kinds(rows, matched, kind, words)
    located = locate(
        rows,
        matched,
        section="services",
        crs=crs,
        to_crs=to_crs,
        postcodes=postcodes,
        any_shape=True,
    )
    ids, id_notes = own_ids(rows, matched.get("service_id"))
    fields, field_notes = _fields(rows, matched)

    def make(used: npt.NDArray[np.bool_]) -> gpd.GeoDataFrame:
        table = pd.DataFrame({"name": fields["name"], "kind": kinds} | fields)[used]
        table = table.set_index(pd.Index(ids[used], name="service_id"))
        return gpd.GeoDataFrame(table, geometry=located.points[used], crs=to_crs)

    kept = [note for note in located.notes if not note.startswith("no place known")]
    return account(
        rows,
        make,
        [*located.doubts, *without_place(located.no_place)],
        contract=SERVICES,
        matched=matched,
        notes=[*kept, *notes, *field_notes, *id_notes],
        personal=personal,
    )


def _kinds(
    rows: Rows, matched: Mapping[str, str], kind: str | None, words: Mapping[str, str] | None
) -> tuple[pd.Series, tuple[str, ...]]:
    index = rows.frame.index
    everywhere = None if kind is None else code_of(kind, "service", words)
    if "kind" not in matched:
        if everywhere is None:
            looked = "kind, type, category, service type"
            remedy = f'Name the column under [{_SECTION}], or say what all rows are with kind = "YOUTH_CLUB" or the like.'
            found = [str(c) for c in rows.frame]
            raise UnknownColumns(
                lacks_columns(rows.file, "what kind of service it is", looked, found, remedy)
            )
        return constant(everywhere, index), ()
    coded = code_labels(rows.frame[matched["kind"]], "service", words)
    remedy = 'Name the right column, say kind = "..." for all rows, or add the labels under [services.words].'
    if everywhere is None:
        refuse_all_unknown(coded, "service", rows.file, matched["kind"], remedy)
    notes = unknown_note(coded, "service", matched["kind"])
    said = tuple(f"{note}; they were read as OTHER" for note in notes)
    blank = coded.codes.isna() & ~coded.unknown
    codes = coded.codes.mask(blank, everywhere or "OTHER").mask(coded.unknown, "OTHER")
    if blank.any() and everywhere is None:
        said += (
            f"{int(blank.sum()):,} rows do not say what kind of service they are; they were read as OTHER",
        )
    return codes, said


def _fields(rows: Rows, matched: Mapping[str, str]) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    frame, index = rows.frame, rows.frame.index
    silent = constant(None, index)

    def text(ours: str) -> pd.Series:
        return to_text(frame[matched[ours]]) if ours in matched else silent

    ages = text("ages")
    low, high = text("age_from"), text("age_to")
    spoken = low.fillna("") + "-" + high.fillna("")
    ages = ages.fillna(spoken.where(low.notna() | high.notna()))
    capacity = pd.Series(np.nan, index=index)
    if "capacity" in matched:
        capacity = to_numbers(frame[matched["capacity"]], comma="thousands")
        capacity = capacity.where(capacity >= 0)
    dates = {"occurred_from": matched["funded_until"]} if "funded_until" in matched else {}
    times = read_times(rows, dates)
    whole_day = times.when_precision.isin(["day", "minute"])
    fields = {
        "name": text("name"),
        "opening_hours": text("opening_hours"),
        "ages": ages,
        "capacity": capacity,
        "funded_until": times.occurred_from.where(whole_day, times.occurred_to),
    }
    return fields, times.notes
