"""Which street rows are sound, and which of them were asked for?"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import RecipeError
from csgeo.sources.police_files import text_codes
from csgeo.sources.sieve import Doubt
from csgeo.tables import AREAS
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.sources.police_fields import Fields
    from csgeo.sources.police_files import PoliceRows

    Flags = npt.NDArray[np.bool_]
    Words = npt.NDArray[np.object_]
    Period = tuple[dt.date | str | None, dt.date | str | None]

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


#: Of the located records of three forces less than one in 200 lie outside the force's area:
#: mistakes. Where more than this share lies outside, the area is a part of what the force
#: covers, and the records outside are sound but not asked for.
MOST_MISPLACED = 0.1


class Asked(NamedTuple):
    """What the caller asked for: crime types, months, column values and area."""

    kinds: Flags
    months: tuple[str, str]
    where: Mapping[str, Any] | None
    areas: gpd.GeoDataFrame | None


def doubts_about(rows: PoliceRows, fields: Fields, codes: Words, asked: Asked) -> list[Doubt]:
    """List why rows may not be used, in the order in which they are asked."""
    return [
        *_not_sound(fields, codes),
        *_not_asked(fields, asked),
        *_not_where(rows, fields, asked.where or {}),
        *_misplaced(fields, asked.areas),
    ]


def _not_sound(fields: Fields, codes: Words) -> Iterator[Doubt]:
    bad_month = np.array([not MONTH.fullmatch(m) for m in fields.months] + [True])
    no_harm = np.array([c is None for c in codes])
    month, kind = [*fields.months, "blank"], [*fields.kinds, "blank"]
    yield Doubt(
        "the month is not written as YYYY-MM",
        bad_month[fields.month],
        lambda i: month[fields.month[i]],
        "Open the file as it was downloaded: a spreadsheet may have rewritten its dates.",
    )
    yield Doubt(
        "the crime type is not in the harm vocabulary",
        no_harm[fields.kind],
        lambda i: kind[fields.kind[i]],
        "Give it a code with `harm_words`.",
    )
    yield Doubt(
        "the row does not say which force reported it",
        fields.force < 0,
        lambda i: f"month {month[fields.month[i]]}",
        "Fill in `Reported by`, or download the file again.",
    )


def _not_asked(fields: Fields, asked: Asked) -> Iterator[Doubt]:
    first, last = asked.months
    other = np.array([not first <= m <= last for m in fields.months] + [True])
    yield Doubt(
        "not among the harms asked for",
        ~asked.kinds[fields.kind],
        lambda i: fields.kinds[fields.kind[i]],
        "Add it to `harms` to use it.",
        not_asked_for=True,
    )
    yield Doubt(
        "outside the period asked for",
        other[fields.month],
        lambda i: fields.months[fields.month[i]],
        "Widen `period` to use it.",
        not_asked_for=True,
    )


def _not_where(rows: PoliceRows, fields: Fields, where: Mapping[str, Any]) -> Iterator[Doubt]:
    for column, wanted in where.items():
        if column not in rows.table.column_names:
            msg = f"`where` asks for the column {column!r}; the file has {', '.join(rows.table.column_names)}."
            raise RecipeError(msg)
        found, words = text_codes(rows.table[column])
        named = [str(w) for w in ([wanted] if isinstance(wanted, str) else wanted)]
        other = [not any(fnmatchcase(w, name) for name in named) for w in words]
        # a record with no place may belong to what is asked for: it stays countable
        flags = np.where(found < 0, ~fields.no_place, np.array([*other, True])[found])
        yield Doubt(
            f"another value of {column} than asked for",
            flags,
            lambda i, found=found, words=words: [*words, "blank"][found[i]],  # type: ignore[misc]
            "Change `where` to use it.",
            not_asked_for=True,
        )


def _misplaced(fields: Fields, areas: gpd.GeoDataFrame | None) -> Iterator[Doubt]:
    yield Doubt(
        "located outside Great Britain",
        fields.bad_place,
        lambda i: f"longitude {fields.lon[i]:g}, latitude {fields.lat[i]:g}",
        "Correct the row: the two may be in each other's place.",
    )
    if areas is None:
        return
    located = ~fields.no_place & ~fields.bad_place
    outside = located & ~_inside(fields, areas)
    part = outside.sum() > MOST_MISPLACED * located.sum()
    yield Doubt(
        "located outside the study area" if part else "located outside the force's area",
        outside,
        lambda i: f"at {fields.x[fields.point[i]]:.0f} E {fields.y[fields.point[i]]:.0f} N",
        "Widen the area to use it." if part else "Correct the place if it is known.",
        not_asked_for=bool(part),
    )


def _inside(fields: Fields, areas: gpd.GeoDataFrame) -> Flags:
    """Flag the rows whose place is in or on the edge of one of the areas."""
    AREAS.check(areas, "areas")
    points = fields.points()[:-1]
    tree = shapely.STRtree(points)
    # areas are prepared once each; the few thousand distinct places are looked up in them
    hits = tree.query(areas.geometry.to_numpy(), predicate="intersects")[1]
    inside = np.zeros(len(points), dtype=np.bool_)
    inside[hits] = True
    return inside[fields.point]


def harm_codes(kinds: list[str], extra: Mapping[str, str] | None) -> Words:
    """Give the harm of each of k crime types, None where no word fits; one more for blanks."""
    codes = load_vocabulary("harm").translate(pd.Series(kinds, dtype="str"), extra)
    return np.array([*codes.astype("object").where(codes.notna(), None), None], dtype=object)


def harms_asked(harms: Collection[str] | None, codes: Words, kinds: list[str]) -> Flags:
    """Flag the k + 1 crime types that are asked for; a harm brings those under it along.

    Raises
    ------
    RecipeError
        If a harm is neither in the vocabulary nor a crime type of the file.
    """
    if not harms:
        return np.ones(len(codes), dtype=bool)
    wanted = load_vocabulary("harm").translate(pd.Series(list(harms), dtype="str"))
    own = {kind.casefold(): code for kind, code in zip(kinds, codes, strict=False)}
    asked = [
        c if isinstance(c, str) else own.get(h.casefold())
        for h, c in zip(harms, wanted, strict=True)
    ]
    for harm, code in zip(harms, asked, strict=True):
        if code is None:
            msg = f"`harms` asks for {harm!r}, which is in no vocabulary; this file has {', '.join(sorted(kinds))}."
            raise RecipeError(msg)
    return np.array([any(c == a or str(c).startswith(f"{a}.") for a in asked) for c in codes])


def months_asked(period: Period | None) -> tuple[str, str]:
    """Give the first and the last month that lie wholly in the period, as ``YYYY-MM``.

    Raises
    ------
    RecipeError
        If an end is no date, or the period ends before it begins.
    """
    start, end = (None, None) if period is None else period
    first = dt.date.min if start is None else _day(start, last=False)
    final = dt.date.max if end is None else _day(end, last=True)
    if final < first:
        msg = f"`period` must begin before it ends; it is {start} to {end}. Swap the two."
        raise RecipeError(msg)
    begins = first if first.day == 1 else (first.replace(day=1) + dt.timedelta(days=32))
    whole = final.day == calendar.monthrange(final.year, final.month)[1]
    ends = final if whole else final.replace(day=1) - dt.timedelta(days=1)
    return f"{begins.year:04}-{begins.month:02}", f"{ends.year:04}-{ends.month:02}"


def _day(day: dt.date | str, *, last: bool) -> dt.date:
    if not isinstance(day, str):
        return day
    try:
        if MONTH.fullmatch(day):
            year, month = int(day[:4]), int(day[5:])
            return dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1)
        return dt.date.fromisoformat(day)
    except ValueError as error:
        msg = f"`period` must be dates or months such as 2019-10; it has {day!r}."
        raise RecipeError(msg) from error
