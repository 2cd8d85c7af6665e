"""How are the people in a file made unknown, before the file is handed over?

``csgeo pseudonyms``: whoever holds the records runs it where they lie, with a key of their own, and
hands over what it writes. Pseudonymised data are still personal data (UK GDPR, article 4(5)).
"""

from __future__ import annotations

import os
import re
from pathlib import Path  # noqa: TC003  typer reads it
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from csgeo.errors import SourceError, UnreadableFile

if TYPE_CHECKING:
    import pandas as pd

    from csgeo.disclosure.pseudonyms import Keys
    from csgeo.sources.files import Rows

#: What makes a spreadsheet take a text for a formula (OWASP ASVS 5.0, 1.2.10).
_FORMULA = r"^(?=[=+\-@\t\r])(?![+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$)"
_TABLES = ("CSV", "XLSX")
#: How columns are called that hold a number of the same people, in letters and digits alone.
_OTHER_NUMBER = r"(person|child|client|subject|youngperson|yp|suspect|victim|offender|pupil|student|patient)s?(id|number|no|num|ref|reference|code)"
_AS = "person_key"


class Rewritten(NamedTuple):
    """A file without its people.

    ``frame``: the rows as text, ``person_key`` in pseudonyms. ``people``: how many different ones.
    ``left_out``: columns that identify somebody and what they look to hold. ``broken``: rows with
    more fields than the header names, which are left out, as any of them may be a name.
    """

    frame: pd.DataFrame
    people: int
    left_out: dict[str, str]
    broken: int
    notes: tuple[str, ...]


def pseudonymised(
    path: Path, *, column: str, keys: Keys, domain: str, sheet: str | None = None
) -> Rewritten:
    """Put keyed pseudonyms in the place of a column of people, and leave out what else names them.

    Parameters
    ----------
    path
        CSV or XLSX; read as any file that csgeo reads.
    column
        The column whose values tell people apart.
    keys
        The key in use makes the pseudonyms.
    domain
        What they are for: those of two domains cannot be joined.
    sheet
        Of a workbook with several.

    Returns
    -------
    rewritten
        ``(frame, people, left_out, broken, notes)``. A cell that a spreadsheet would run as a
        formula has a quote before it.

    Raises
    ------
    UnreadableFile
        If the file is neither CSV nor XLSX, or damaged.
    SourceError
        If it has no such column, or that holds pseudonyms already.
    """
    from csgeo.disclosure.pseudonyms import pseudonyms as made  # noqa: PLC0415  heavy
    from csgeo.sources.files import read_rows  # noqa: PLC0415
    from csgeo.sources.values import to_text  # noqa: PLC0415

    rows = read_rows(path, layer=sheet)
    if rows.holds not in _TABLES:
        msg = f"{rows.file} must be CSV or XLSX to have its people replaced; it is {rows.holds}. Save its table as CSV."
        raise UnreadableFile(msg)
    if column not in rows.frame:
        msg = f"{rows.file} must have the column {column!r}; it has {', '.join(map(repr, rows.frame))}. Name one of them with --column."
        raise SourceError(msg)
    told = to_text(rows.frame[column])
    _refuse_pseudonyms(told, column, rows.file)
    left_out = _identifying(rows, column)
    kept = [c for c in rows.frame if c not in left_out]
    frame = rows.frame[kept].assign(**{column: made(told, keys, domain=domain)})
    frame = frame.rename(columns={column: _AS})
    plain = frame.apply(lambda c: c.str.replace(_FORMULA, "'", regex=True))
    people = int(frame[_AS].nunique())
    return Rewritten(plain, people, left_out, len(rows.broken), rows.notes)


def _refuse_pseudonyms(told: pd.Series, column: str, file: str) -> None:
    again = told.str.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{40}").fillna(False).astype(bool)
    if again.any():
        msg = f"The column {column!r} of {file} must hold what the agency knows people by; {int(again.sum()):,} of {len(told):,} values are pseudonyms already (the first is row {int(again.argmax()) + 1} of the records). Hand the file over as it is."
        raise SourceError(msg)


def _identifying(rows: Rows, column: str) -> dict[str, str]:
    """Name the columns that csgeo would not read, as they identify somebody."""
    from csgeo.sources.account import look_for_personal  # noqa: PLC0415
    from csgeo.sources.columns import folded, known_columns, match_columns  # noqa: PLC0415

    known = {**known_columns("incidents"), **known_columns("place")}
    found = [str(c) for c in rows.frame if c != column]
    matched = match_columns(found, known, file=rows.file, section="incidents.columns")
    others = {c for c in found if re.fullmatch(_OTHER_NUMBER, folded(c))}
    others |= {matched.pop(_AS)} if _AS in matched else set()
    looked = look_for_personal(rows, "incidents", matched)
    looked |= dict.fromkeys(sorted(others), "another number of the same people")
    return {name: what for name, what in looked.items() if name != column}


def write_pseudonymised(rewritten: Rewritten, to: Path) -> None:
    """Write the rows as CSV that only its owner may read; never over a file that is there.

    Raises
    ------
    UnreadableFile
        If there is such a file.
    """
    text = rewritten.frame.to_csv(index=False, lineterminator="\r\n")
    try:
        fd = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        msg = f"{to.name} must be a new file in a folder that can be written to ({error.strerror}). Name another with --to."
        raise UnreadableFile(msg) from error
    with os.fdopen(fd, "w", encoding="utf-8-sig", newline="") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def pseudonyms(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a row for each record.")],
    *,
    column: Annotated[str, typer.Option(help="The column that tells people apart.")],
    key: Annotated[Path, typer.Option(help="Your key file, from `csgeo key new`.")],
    domain: Annotated[str, typer.Option(help="What for, such as the partnership's name.")],
    to: Annotated[Path, typer.Option(help="The CSV to write.")],
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
) -> None:
    """Replace the people in a file by keyed pseudonyms, before it is handed over.

    Example: csgeo pseudonyms 2027.csv --column person --key /secure/our.key --domain VRU --to for_vru.csv
    """
    from csgeo.disclosure.pseudonyms import read_keys  # noqa: PLC0415

    keys = read_keys(key, apart_from=[file.parent, to.parent])
    made = pseudonymised(file, column=column, keys=keys, domain=domain, sheet=sheet)
    write_pseudonymised(made, to)
    typer.echo(f"Written: {to}, {len(made.frame):,} rows of {made.people:,} people in `{_AS}`")
    typer.echo(f"(key {keys.ids[0]}). The same key and domain know them again in the next file.")
    for name, what in made.left_out.items():
        typer.echo(f"Left out: column {name!r}, which looks to hold {what}.")
    if made.broken:
        typer.echo(f"Left out: {made.broken:,} rows with more fields than the header names.")
    for note in made.notes:
        typer.echo(f"Note: {note}.")
