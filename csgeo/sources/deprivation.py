"""How deprived is each area, by the indices of 2019 or 2025?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from csgeo.sources.area_tables import area_reading, as_numbers, find_columns, need_columns
from csgeo.sources.files import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.sources.report import Reading

_DOMAINS = {
    "imd": r"index of multiple deprivation \(imd\)|imd",
    "income": r"income",
    "employment": r"employment",
    "education": r"education, skills and training|education",
    "health": r"health deprivation and disability|health",
    "crime": r"crime",
    "housing": r"barriers to housing and services|housing_and_access|housing_and_services",
    "environment": r"living environment|environment",
    "idaci": r"income deprivation affecting children index \(idaci\)|idaci",
}
_MEASURES = {
    "score": r"( score( \(rate\))?|_score)",
    "rank": r"( rank( \(where 1 is most deprived\))?|_rank)",
    "decile": r"( decile( \(where 1 is most deprived 10% of lsoas\))?|_decile)",
}
_CODE = r"lsoa code \((2011|2021)\)|lsoa(11|21)(cd|_code)"
_REMEDY = "Use *File 7: all ranks, deciles and scores* of the English indices of deprivation 2019 or 2025."


def read_deprivation(path: str | Path) -> Reading:
    """Read the English indices of deprivation of 2019 or 2025 (their File 7).

    Parameters
    ----------
    path
        The CSV as published, whatever spaces and line breaks its header has; or
        any other format with the same columns, or with ``lsoa11_code``, ``IMD_rank``
        and so on.

    Returns
    -------
    reading
        ``table``: one row for each LSOA, index ``area_id``; for each of imd, income,
        employment, education, health, crime, housing, environment and idaci (children)
        that the file has: ``<domain>_rank`` (1 is most deprived), ``<domain>_decile``
        (1 to 10), ``<domain>_score``; and ``vintage``, "2011" for the indices of 2019
        and "2021" for those of 2025.

    Raises
    ------
    UnreadableFile, UnknownColumns
        If this is not one of them.

    Notes
    -----
    The crime domain is made of police records: where police records are compared with
    deprivation it compares them with themselves.

    Examples
    --------
    >>> from csgeo.sources.deprivation import read_deprivation
    >>> read_deprivation("File_7_IoD2025.csv").table["imd_decile"]  # doctest: +SKIP
    """
    rows = read_rows(path)
    patterns = {
        f"{domain}_{measure}": f"(?:{name}){ending}"
        for domain, name in _DOMAINS.items()
        for measure, ending in _MEASURES.items()
    }
    found = find_columns(rows, {"area_id": _CODE, **patterns})
    needed = {
        "area_id": "the LSOA code (2011 or 2021)",
        "imd_rank": "the rank of multiple deprivation",
        "imd_decile": "its decile",
    }
    need_columns(rows, found, needed, _REMEDY)
    code = found.pop("area_id")
    vintage = "2021" if re.search(r"2021|21", code) else "2011"
    return area_reading(
        rows,
        code,
        {ours: as_numbers(rows, theirs) for ours, theirs in found.items()},
        kind="deprivation by area",
        columns={"area_id": code, **found},
        words={"vintage": vintage},
        notes=(f"These are LSOAs of {vintage}; they go with areas of that year only.",),
    )
