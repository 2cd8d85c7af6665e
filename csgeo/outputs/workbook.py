"""How does a release leave as a workbook that hides nothing?

One sheet, built fresh: no formula, no link, no name, no second sheet, nothing hidden. The marking
stands at its top and its end, and on every page that is printed.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd

from csgeo.disclosure.release import require_release
from csgeo.outputs import words
from csgeo.outputs.exports import neutral_text, said_of, seen_only
from csgeo.outputs.style import BANDS

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.release import Release

SHEET = "Places"
#: Words over the columns, and how wide each is, in signs.
_COLUMNS = {
    "Rank": 6,
    "Place": 36,
    "Where": 14,
    "More than expected": 13,
    "Records, about": 10,
    "Expected, about": 10,
    "How sure": 18,
    "Busiest": 24,
    "Within reach": 52,
    "Not within reach": 26,
    "Marking": 20,
}
_WIDE = sum(_COLUMNS.values())
_LINE_PT = 15
#: Excel refuses a file whose header or footer is longer than 255 signs, codes counted.
_MOST_IN_A_FOOT = 180
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: The first moment that a zip can name: nothing is told of when or where it was made.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)
_ABOUT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/'
    'terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>csgeo</dc:creator>'
    '<dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created>'
    "</cp:coreProperties>"
)
_MADE_BY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.'
    'openxmlformats.org/officeDocument/2006/extended-properties"><Application>csgeo</Application>'
    "</Properties>"
)


def write_workbook(release: Release, folder: Path) -> dict[str, Path]:
    """Write the list of places as ``places.xlsx``.

    The same release gives the same bytes; the one date in it is the last day of the period.

    Parameters
    ----------
    release
        What may be shown.
    folder
        Where to write.

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
    path = folder / "places.xlsx"
    path.write_bytes(workbook(release))
    return {path.name: path}


def workbook(release: Release) -> bytes:
    """Give the bytes of the workbook of a release."""
    from openpyxl import Workbook  # noqa: PLC0415  (heavy)

    require_release(release)
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    _say_what_it_is(sheet, release)
    _list_places(sheet, release)
    _last_line(sheet, release)
    _on_paper(sheet, release)
    written = io.BytesIO()
    book.save(written)
    return _packed_anew(written.getvalue(), release.period_end.isoformat())


def _say_what_it_is(sheet: Any, release: Release) -> None:
    said = said_of(release)
    asked = (
        f"Given to {said['given_to']}, for: {said['given_for']}."
        if "given_to" in said
        else "Not yet given to anybody: who passes it on says to whom, and for what."
    )
    lines: list[tuple[str, dict[str, Any]]] = [
        (said["marking"], {"bold": True, "size": 14}),
        (said["title"], {"bold": True, "size": 12}),
        (f"{said['area']}, records from {said['period']}.", {}),
        (words.answer(release), {"bold": True}),
        (said["hidden"], {}),
        (asked, {}),
        *((caveat, {}) for caveat in said["caveats"]),
    ]
    for text, look in lines:
        _across(sheet, text, look)
    sheet.append([None])


def _across(sheet: Any, text: str, look: dict[str, Any]) -> None:
    """Write a line over the whole width of the list, as high as its words need."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    row = sheet.max_row + 1 if sheet["A1"].value is not None else 1
    cell = _text(sheet.cell(row, 1), text)
    cell.font = Font(name="Calibri", **({"size": 11} | look))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_COLUMNS))
    needed = 1 + len(cell.value) // _WIDE
    sheet.row_dimensions[row].height = needed * _LINE_PT * (1.3 if look.get("size") else 1)


def _list_places(sheet: Any, release: Release) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    row = sheet.max_row + 1
    for column, (name, width) in enumerate(_COLUMNS.items(), start=1):
        cell = _text(sheet.cell(row, column), name)
        cell.font = Font(name="Calibri", bold=True)
        cell.fill = PatternFill("solid", fgColor="E8F1F8")
        cell.border = Border(bottom=Side("medium"))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = width
    line = Border(bottom=Side("thin", color="B1B4B6"))
    for place in _rows(release):
        row += 1
        for column, value in enumerate(place, start=1):
            cell = sheet.cell(row, column)
            if isinstance(value, int):
                cell.value, cell.number_format = value, "#,##0"
            else:
                _text(cell, value)
            cell.font = Font(name="Calibri", size=11)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = line
        sheet.row_dimensions[row].height = _LINE_PT * _lines(place)


def _rows(release: Release) -> list[list[str | int]]:
    near = words.around(release)
    return [
        [
            int(place.rank),
            place.name,
            _known(place.stratum),
            BANDS[place.band]["label"],
            int(place.incidents),
            int(place.expected),
            words.sure(place.certainty, place.stability),
            _known(place.peak_slots),
            "\n".join(near[place.Index][0]),
            "\n".join(near[place.Index][1]),
            release.marking,
        ]
        for place in release.hotspots.itertuples()
    ]


def _lines(place: list[str | int]) -> int:
    """Count the lines that the fullest cell of a row needs."""
    return max(
        sum(1 + len(part) // width for part in str(value).split("\n"))
        for value, width in zip(place, _COLUMNS.values(), strict=True)
    )


def _last_line(sheet: Any, release: Release) -> None:
    sheet.append([None])
    _across(sheet, f"{release.marking}. End of the list.", {"bold": True})


def _on_paper(sheet: Any, release: Release) -> None:
    said = said_of(release)
    asked = f" Given to {said['given_to']} for: {said['given_for']}." if "given_to" in said else ""
    sheet.oddHeader.center.text = _for_a_foot(said["marking"])
    sheet.oddFooter.left.text = _for_a_foot(
        f"Recorded incidents are not all incidents. What is hidden is not zero.{asked}", less=24
    )
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _for_a_foot(text: str, *, less: int = 0) -> str:
    """Give a text for the head or foot of a page: one line, no code in it, short enough."""
    plain = seen_only(text)
    most = _MOST_IN_A_FOOT - less
    while len(plain) + plain.count("&") > most:
        plain = plain[:-2].rstrip() + "…"
    return _CODED.sub("_x005F_", plain).replace("&", "&&")


def _text(cell: Any, text: object) -> Any:
    """Put a text into a cell, and nothing that a spreadsheet would take for more than that."""
    lines = [seen_only(line) for line in str(text).splitlines()]
    # `_x003D_` would be read as the sign that it names
    cell.value = _CODED.sub("_x005F_", neutral_text("\n".join(lines)))
    cell.data_type = "s"
    return cell


def _known(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124  (not a number)


def _packed_anew(book: bytes, day: str) -> bytes:
    """Pack the parts in a fixed order, without the moment and without the program's own words."""
    own = {"docProps/core.xml": _ABOUT.format(day=day), "docProps/app.xml": _MADE_BY}
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as parts,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as anew,
    ):
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, _NO_MOMENT)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            anew.writestr(entry, own[name].encode() if name in own else parts.read(name))
    return packed.getvalue()
