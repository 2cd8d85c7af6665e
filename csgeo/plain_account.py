"""What may be said on a page of what a reader found, without a word from the file?

A reader's message quotes values, so that somebody can find the row: it belongs on the
secure side. Here each message is recognised by words of our own, and said anew from
words of our own; only counts and numbers of rows are taken over. What is not recognised
is said in general, with where the whole message stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csgeo.errors import CsgeoError

#: Where the reader's whole message stands, for those who may see values.
KEPT_IN = "secure/last_check.txt"
_ELSEWHERE = f"The reader's whole message, with values, stands in {KEPT_IN} in the recipe's folder of answers."


class Aside(NamedTuple):
    """Rows that are not used for one reason: how many, the first one, and what to do."""

    reason: str
    rows: int
    first_row: int
    remedy: str


#: How a reader's reason begins, or what stands in it; what we call it; what to do.
_REASONS = (
    ("outside the study area", "outside the study area", "Nothing to do if they belong to another area; else check their coordinates."),
    ("located outside", "outside the study area", "Nothing to do if they belong to another area; else check their coordinates."),
    ("outside Great Britain", "outside Great Britain or in the sea", "Check the coordinates, and that they are not swapped."),
    ("coordinates look swapped", "the two coordinates look swapped", "Correct the rows, or choose the columns the other way round if it is all of them."),
    ("coordinates in another unit", "coordinates in another unit than the other rows", "Correct the rows: metres stand among degrees, or the reverse."),
    ("harm label", "a kind of harm that csgeo does not know", "Say below what each label means, or choose another column for the kind of harm."),
    ("harm labels", "a kind of harm that csgeo does not know", "Say below what each label means, or choose another column for the kind of harm."),
    ("crime type is not in", "a kind of harm that csgeo does not know", "Download the file again: these are not the police's words."),
    ("more fields than the header", "more fields than the row of headings names", "Put a field that holds a comma into quotes, or export the file again."),
    ("outside the period", "outside the recipe's period", "Nothing to do; widen the period in the recipe to use them."),
    ("not among the harms", "another kind of harm than the recipe asks for", "Nothing to do; add the kind to the recipe's harms to use them."),
    ("another value of", "not asked for by the recipe", "Nothing to do; change `where` in the recipe to use them."),
    ("the month is not written", "a month that cannot be read", "Take the file as it was downloaded: a spreadsheet may have rewritten its dates."),
    ("does not say which force", "no force named", "Download the file again."),
    ("a shape that is not a point", "a shape that is not a point", "Export points."),
)  # fmt: skip
_OTHER = ("another reason", _ELSEWHERE)

#: What stands in a refusal; what it means; which part of the page mends it.
_REFUSALS = (
    ("no column for what kind of harm", "It has no column that csgeo knows for the kind of harm. Choose one below, or say one kind for the whole file.", "columns"),
    ("no column for where", "It has no column that csgeo knows for the place. Choose the columns below.", "columns"),
    ("must name kinds of", "csgeo knows none of the labels in the column chosen for the kind of harm. Choose another column, or say below what the labels mean.", "columns"),
    ("says places as postcodes only", "It says places as postcodes only, and the recipe names no file of postcodes for it. Add `postcodes` to the recipe.", "recipe"),
    ("must not give", "A column that is to name people, records or agencies holds names, dates of birth or numbers of people as they are. Choose another column or none, or have keyed pseudonyms put in before the file is handed over (`csgeo pseudonyms`).", "columns"),
    ("must hold pseudonyms", "The column of people holds numbers or names as they are, not pseudonyms. Choose none, or have keyed pseudonyms put in before the file is handed over.", "columns"),
    ("must have places in the study area", "All its places lie outside the study area. Check that the two coordinates are not swapped, their system, and that the recipe is of this area.", "columns"),
    ("coordinate reference system its shapes", "It does not say in which system its coordinates are. Say it below: EPSG:27700 for the National Grid, EPSG:4326 for degrees.", "crs"),
    ("must name a coordinate reference system", "The system of coordinates is not known by that name. Write EPSG:27700 for the National Grid, EPSG:4326 for degrees.", "crs"),
    ("in one order", "Its dates are written in two orders, day first and month first. Say below which holds.", "dates"),
    ("layers:", "It has several layers or sheets. Say below which one to read.", "layer"),
    ("has no layer", "It has no layer or sheet of that name. Say below which one to read.", "layer"),
    ("has no sheet", "It has no layer or sheet of that name. Say below which one to read.", "layer"),
    ("has no row that can be used", "None of its rows can be used. Why stands below.", "rows"),
    ("No row of", "None of its rows can be used. It has other months, harms or places than the recipe asks for.", "rows"),
    ("a header and no rows", "It has a row of headings and no rows below it. Export it again.", "file"),
    ("is empty", "It is empty. Export it again.", "file"),
    ("when unpacked", "It would unpack to more than a file of records may hold, as files made to harm do. It was not unpacked further. Send the sheet or layer that is needed as CSV.", "file"),
    ("list its parts", "It would unpack to more parts than a file of records has. It was not unpacked. Zip only the files that are needed.", "file"),
    ("tighter than", "It is packed tighter than real records can be, as files made to harm are. It was not unpacked. Send it as CSV.", "file"),
    ("MB of memory", "Reading it needs more memory than one file may take; its reader was stopped. Send the columns and years that are needed, as CSV or Parquet.", "file"),
    ("to be read. It was left", "Reading it takes longer than one file may; its reader was stopped. Send the columns and years that are needed, as CSV or Parquet.", "file"),
    ("when read. It was left", "It holds more than one file may when it is read. Send the columns and years that are needed, as CSV or Parquet.", "file"),
    ("stopped its reader", "It is damaged in a way that stopped its reader; nothing of it was used, and the dashboard was not touched by it. Export it again.", "file"),
    ("MB as text", "It is larger than a table of text may be (160 MB). Split it by year, or save it as Parquet.", "file"),
    ("must be at most", "It is larger than one file may be. Split it by year, or save it as Parquet.", "file"),
    ("must have at most", "It has more rows or columns than one file may have. Take the years and columns that are needed.", "file"),
    ("(VRT)", "It is a GDAL virtual dataset (VRT), which points to other files. Hand over the real file.", "file"),
    ("web page (HTML)", "It is a web page, as a download that failed leaves behind. Download the file again.", "file"),
    ("named as", "It is not what its name says. Export it again under the right ending.", "file"),
    ("what its name says", "It is not what its name says: csgeo reads CSV, XLSX, GeoJSON, GeoPackage, a zipped Shapefile and Parquet. Save it as one of these.", "file"),
    ("document type", "It declares a document type, as no workbook does and attacks on XML do. It was not read. Ask whoever sent it.", "file"),
    ("cut short", "It is cut short or damaged. Copy or export it again.", "file"),
    ("never closed", "A quotation mark in it is opened and never closed, so rows would be lost. Export it again.", "file"),
    ("damaged", "It is damaged. Export or copy it again.", "file"),
    ("broken zip", "It is a broken zip, or one with a password. Zip it again, without a password.", "file"),
    ("rounded by a spreadsheet", "A spreadsheet has rounded its ids. Export it again with that column as text.", "columns"),
    ("does not exist", "The file is not there any more. Hand it over again.", "file"),
    ("which is not followed", "It names its coordinates, or a part of itself, by a link, which is never followed. Export it again.", "file"),
    ("hold no record for these harms", "Its rows are of other harms, days or places than the recipe asks for.", "rows"),
)  # fmt: skip
_UNKNOWN = f"It cannot be used as it is. {_ELSEWHERE}"

#: How a note begins or what stands in it, with what is said of it; {} takes the count before.
_NOTES = (
    (r"([\d,]+) rows repeat an id in ", "{} rows repeat the id of another row. They are kept as records of their own; check that no export was added twice."),
    (r"([\d,]+) dates in .* could not be read", "{} dates could not be read: when these records happened is not known."),
    (r"([\d,]+) dates in .* stand for not known", "{} dates stand for \u201cnot known\u201d, such as 1900-01-01."),
    (r"([\d,]+) rows end before they begin", "{} rows end before they begin; their end was left out."),
    (r"([\d,]+) rows do not say which kind of harm", "{} rows do not say which kind of harm it was; they are kept."),
    (r"([\d,]+) empty rows skipped", "{} empty rows were skipped."),
    (r"([\d,]+) rows were placed by postcode", "{} rows were placed by their postcode, having nothing better."),
    (r"([\d,]+) rows without an id in ", "{} rows have no id; they were named by their row number."),
    (r"all ([\d,]+) rows with a place lie on one point", "All {} rows with a place lie on one point: it may be a default of the system they come from."),
    (r"([\d,]+) Crime IDs stand on more than one row", "{} Crime IDs stand on more than one row; all rows are kept."),
    (r"([\d,]+) shapes that are not points", "{} shapes that are not points became a point inside them."),
    (r"read as ()(?:utf-16|windows-1252|Windows-1252|latin)", "It is not in UTF-8; it was read as the older alphabet of Windows. Look whether accents are right."),
    (r".*()a gap is not a fall", "Months are missing between the first and the last: a gap is not a fall."),
)  # fmt: skip


def of_set_aside(reasons: Iterable[Any]) -> list[Aside]:
    """Say why rows are not used.

    Parameters
    ----------
    reasons
        ``SetAside`` of a read report.

    Returns
    -------
    asides
        One for each reason in our words, the most rows first.
    """
    found: dict[str, Aside] = {}
    for one in reasons:
        words, remedy = next(
            ((w, r) for mark, w, r in _REASONS if one.reason.startswith(mark)),
            next(((w, r) for mark, w, r in _REASONS if mark in one.reason), _OTHER),
        )
        before = found.get(words, Aside(words, 0, one.first_row, remedy))
        found[words] = Aside(
            words, before.rows + one.rows, min(before.first_row, one.first_row), remedy
        )
    return sorted(found.values(), key=lambda a: (-a.rows, a.reason))


def of_refusal(error: CsgeoError) -> tuple[str, str]:
    """Say why a file was refused, and which part of the page mends it.

    Returns
    -------
    words, part
        ``part`` is ``columns``, ``crs``, ``dates``, ``layer``, ``rows``, ``recipe`` or ``file``.
    """
    text = str(error)
    return next(
        ((words, part) for mark, words, part in _REFUSALS if mark in text), (_UNKNOWN, "file")
    )


def of_notes(notes: Iterable[str]) -> list[str]:
    """Say what a reader noted; what is not recognised is left to the secure side."""
    said = []
    for note in notes:
        for pattern, words in _NOTES:
            if found := re.match(pattern, note, re.DOTALL):
                said.append(words.format(found[1]))
                break
    return list(dict.fromkeys(said))
