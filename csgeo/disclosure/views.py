"""How much of it, and when: which fixed views does a release have?

Each place and each piece of ground is shown for all harm, for each kind of
harm and for each part of the day, in this period and in the one before. All of
them are protected once, together; there is no other cut behind the door, and
no date to slide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.disclosure.audit import Breakdown, hide_what_says_too_much, leave_a_safe_rest
from csgeo.disclosure.crossed import place_of, safe_cells, small_cells
from csgeo.disclosure.groups import sum_up
from csgeo.disclosure.margins import hide_what_margins_pin
from csgeo.disclosure.rounding import round_keyed
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Records
    from csgeo.disclosure.groups import Groups

    Integers = npt.NDArray[np.int64]

#: Hour at which each part of the day begins; night runs on past midnight.
PARTS_OF_DAY = {"daytime": 7, "afternoon": 15, "evening": 19, "night": 23}
#: Precisions with which the hour of a record is known.
_HOUR_KNOWN = ("minute", "hour")
ALL = "all"
THIS, BEFORE = "this", "before"
#: The cuts that there are, in their order.
CUTS = ("harm", "part_of_day")
#: How many times the fewest people any two views must differ by.
REST = 2


class Cut(NamedTuple):
    """One way to split records: the words of its parts, and the part of each record (-1: none)."""

    column: str
    parts: tuple[str, ...]
    of_record: Integers
    rest: bool


def views_of(
    units: Integers,
    ids: list[str],
    records: Records,
    cuts: tuple[Cut, ...],
    *,
    period: str,
    rule: Rule,
    people_known: bool,
    secret: bytes,
    crossed: bool,
) -> pd.DataFrame:
    """Protect all views of one period together.

    Parameters
    ----------
    units
        On n records: the place or piece of ground that holds it, -1 for none that is shown.
    ids
        Of the places and pieces.
    records
        The n records as they were counted.
    cuts
        From :func:`cuts_of`, for the same records.
    period
        ``this`` or ``before``.
    rule, people_known, secret
        As for the rest of the release.
    crossed
        Whether kinds of harm are shown by part of the day too.

    Returns
    -------
    views
        ``id``, ``harm``, ``part_of_day``, ``period``, ``incidents``: what may be shown. What is not
        in it has none, or too few people, or could be told from the others: nothing tells which.
    """
    how = {"least": rule.least_people, "people_known": people_known}
    whole = sum_up(units, records.person, records.mark, groups=len(ids), **how)  # type: ignore[arg-type]
    totals = _rounded(whole, rule, secret)
    made = [_shown(totals, whole.enough)]
    parts = []
    for cut in cuts:
        k = len(cut.parts)
        group = np.where((units >= 0) & (cut.of_record >= 0), units * k + cut.of_record, -1)
        sums = sum_up(group, records.person, records.mark, groups=len(ids) * k, **how)  # type: ignore[arg-type]
        enough = sums.enough.reshape(len(ids), k) & whole.enough[:, None]
        parts.append(Breakdown(_rounded(sums, rule, secret).reshape(len(ids), k), enough, cut.rest))
    if not rule.exact:
        parts = _protected(
            totals, units, records, cuts=cuts, parts=parts, rule=rule, people_known=people_known
        )
    for cut, part in zip(cuts, parts, strict=True):
        made += [
            _shown(part.numbers[:, k], part.shown[:, k], **{cut.column: word})
            for k, word in enumerate(cut.parts)
        ]
    if crossed and len(cuts) == len(CUTS):
        both = (cuts[0], parts[0]), (cuts[1], parts[1])
        made += _crossed(
            totals, units, records, both=both, rule=rule, people_known=people_known, secret=secret
        )
    return _table(ids, made, period)


def _protected(
    totals: Integers,
    units: Integers,
    records: Records,
    *,
    cuts: tuple[Cut, ...],
    parts: list[Breakdown],
    rule: Rule,
    people_known: bool,
) -> list[Breakdown]:
    """Hide further parts until nothing that is hidden follows from what is shown."""
    least = rule.least_people
    how = {"step": rule.round_to, "least_people": least}
    small = None
    if len(cuts) == len(CUTS):
        shape = (len(totals), len(cuts[0].parts), len(cuts[1].parts))
        both = np.asarray(parts[0].shown.any(axis=1) & parts[1].shown.any(axis=1))
        these = np.where(np.append(both, False)[units], units, -1)  # unit -1: the last
        small = small_cells(
            these, cuts[0].of_record, cuts[1].of_record, records.person, shape,
            least=least, people_known=people_known,
        )  # fmt: skip
    while True:
        before = sum(int(part.shown.sum()) for part in parts)
        parts = [
            part._replace(
                shown=leave_a_safe_rest(
                    units, cut.of_record, records.person, part.shown,
                    rest=part.rest, least=REST * least, people_known=people_known,
                )
            )
            for cut, part in zip(cuts, parts, strict=True)
        ]  # fmt: skip
        shown = hide_what_says_too_much(totals, tuple(parts), people_known=people_known, **how)
        if small is not None:
            margins = [(part.numbers, seen) for part, seen in zip(parts, shown, strict=True)]
            shown = hide_what_margins_pin(totals, margins[0], margins[1], small, **how)
        parts = [part._replace(shown=seen) for part, seen in zip(parts, shown, strict=True)]
        if sum(int(part.shown.sum()) for part in parts) == before:
            return parts


def _crossed(
    totals: Integers,
    units: Integers,
    records: Records,
    *,
    both: tuple[tuple[Cut, Breakdown], tuple[Cut, Breakdown]],
    rule: Rule,
    people_known: bool,
    secret: bytes,
) -> list[_Rows]:
    """Give the kinds of harm by part of the day of each unit that has some of both."""
    (harm, by_harm), (day, by_day) = both
    k, m = len(harm.parts), len(day.parts)
    known = (units >= 0) & (harm.of_record >= 0) & (day.of_record >= 0)
    group = np.where(known, (units * k + harm.of_record) * m + day.of_record, -1)
    sums = sum_up(
        group, records.person, records.mark, groups=len(totals) * k * m,
        least=rule.least_people, people_known=people_known,
    )  # fmt: skip
    numbers = _rounded(sums, rule, secret).reshape(len(totals), k, m)
    shown = (
        sums.enough.reshape(len(totals), k, m) & by_harm.shown[:, :, None] & by_day.shown[:, None]
    )
    for unit in np.flatnonzero(shown.any(axis=(1, 2))) if not rule.exact else ():
        rows, columns = np.flatnonzero(by_harm.shown[unit]), np.flatnonzero(by_day.shown[unit])
        mine = units == unit
        place = place_of(
            _position(rows, k)[harm.of_record[mine]], _position(columns, m)[day.of_record[mine]],
            records.person[mine], rows=len(rows), columns=len(columns),
            other=harm.rest or len(rows) < k,
        )  # fmt: skip
        cells = np.ix_(rows, columns)
        shown[unit][cells] = safe_cells(
            place,
            (
                int(totals[unit]), by_harm.numbers[unit, rows], by_day.numbers[unit, columns],
                numbers[unit][cells],
            ),
            step=rule.round_to, least_people=rule.least_people,
            least_rest=REST * rule.least_people, people_known=people_known,
        )  # fmt: skip
    return [
        _shown(numbers[:, i, j], shown[:, i, j], harm=kind, part_of_day=part)
        for i, kind in enumerate(harm.parts)
        for j, part in enumerate(day.parts)
    ]


def _position(chosen: Integers, many: int) -> Integers:
    """Give the chosen of `many` their numbers; -1 to the others, and to -1 itself."""
    position = np.full(many + 1, -1, dtype=np.int64)
    position[chosen] = np.arange(len(chosen))
    return position


def _rounded(sums: Groups, rule: Rule, secret: bytes) -> Integers:
    """Round what may be shown; what may not stays 0 and is never read."""
    counts, marks = sums.records, sums.mark
    some = np.flatnonzero(sums.enough)
    rounded = np.zeros(len(counts), dtype=np.int64)
    rounded[some] = round_keyed(counts[some], marks[some], secret=secret, step=rule.round_to).clip(
        min=rule.round_to
    )
    return rounded


class _Rows(NamedTuple):
    """Units of one view that are shown, and their numbers."""

    unit: Integers
    numbers: Integers
    harm: str
    part_of_day: str


def _shown(
    numbers: Integers, shown: npt.NDArray[np.bool_], *, harm: str = ALL, part_of_day: str = ALL
) -> _Rows:
    some = np.flatnonzero(shown)
    return _Rows(some, numbers[some], harm, part_of_day)


def _table(ids: list[str], made: list[_Rows], period: str) -> pd.DataFrame:
    """Put all views in one table, made once: many small ones take longer than all the rest."""
    many = [len(one.unit) for one in made]
    names = np.array(ids, dtype=object)
    said = {name: np.array([getattr(one, name) for one in made], dtype=object) for name in CUTS}
    unit = np.concatenate([one.unit for one in made])
    return pd.DataFrame(
        {
            "id": pd.array(names[unit], dtype="str"),
            **{name: pd.array(np.repeat(words, many), dtype="str") for name, words in said.items()},
            "period": pd.array([period] * len(unit), dtype="str"),
            "incidents": pd.array(np.concatenate([one.numbers for one in made]), dtype="Int64"),
        }
    )


def cuts_of(records: Records, table: pd.DataFrame) -> tuple[Cut, ...]:
    """Split records by kind of harm (as its vocabulary groups them) and by part of the day.

    Parameters
    ----------
    records
        The n records as they were counted.
    table
        ``INCIDENTS``, to tell harm and time.
    """
    vocabulary = load_vocabulary("harm")
    codes, words = pd.factorize(table["harm"])
    top = [vocabulary.rows.get(str(w), {}).get("parent") or str(w) for w in words]
    kinds = sorted(set(top))
    of_word = np.array([*(kinds.index(t) for t in top), -1], dtype=np.int64)
    codes = codes[records.which]
    labels = tuple(vocabulary.label(kind) for kind in kinds)
    harm = Cut("harm", labels, of_word[codes], bool((codes < 0).any()))
    moment = table["occurred_from"].to_numpy(dtype="datetime64[h]")[records.which]
    exact = table["when_precision"].isin(_HOUR_KNOWN).to_numpy(dtype=bool)[records.which]
    known = exact & ~np.isnat(moment)
    begins = list(PARTS_OF_DAY.values())
    hour = np.where(known, moment.astype(np.int64) % 24, 0)
    part = (np.searchsorted(begins, hour, side="right") - 1) % len(begins)
    # there may always be records whose time is not known: a part that is never shown
    day = Cut("part_of_day", tuple(PARTS_OF_DAY), np.where(known, part, -1), rest=True)
    return tuple(c for c in (harm, day) if len(c.parts) > 1 and (c.of_record >= 0).any())
