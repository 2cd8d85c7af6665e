"""Where are the reviewers' decisions kept?

In ``reviews.toml`` on the secure side, each decision under the one before it and
none ever taken out: an ``undo`` is a decision too. It can be read and compared as text.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd

from csgeo.disclosure.journal import Entry
from csgeo.disclosure.nudging import check_nudge, shifted
from csgeo.disclosure.review import UNDO, Decision, check_decision, decision_on, standing
from csgeo.errors import CsgeoError, StoreError
from csgeo.store.journal import write_entry
from csgeo.store.sealed import keep, kept
from csgeo.store.turns import alone

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.store.journal import Journal

#: Their names in the secure folder of a study.
REVIEWS, PLACES = "reviews.toml", "places.csv"
_HEADER = (
    "# Who looked at each place before it could leave. Written by csgeo: do not edit by hand.\n"
)


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """Read all decisions, in the order in which they were made.

    Parameters
    ----------
    path
        ``reviews.toml``; none were made if it is not there.

    Raises
    ------
    StoreError
        If it cannot be read, with the number of the decision.
    """
    content = kept(path)
    if content is None:
        return ()
    try:
        rows = tomllib.loads(content.decode("utf-8")).get("decisions", [])
        made = tuple(_decision(row) for row in rows)
        standing(made)
    except (ValueError, TypeError, KeyError, AttributeError, CsgeoError) as error:
        msg = (
            f"{path.name} must hold reviews as csgeo writes them; it cannot be read ({error}). Bring "
            "it back from its copy: nothing leaves without the reviews."
        )
        raise StoreError(msg) from error
    return made


def add_decision(path: Path, decision: Decision, *, journal: Journal | None = None) -> None:
    """Write a decision down: first in the journal, then under those that were made before.

    Parameters
    ----------
    path
        ``reviews.toml``; made with the first one.
    decision
        Complete.
    journal
        Gets one entry, ``reviewed``, without the reviewer's words.

    Raises
    ------
    RecipeError
        If the decision is incomplete, or undoes nothing.
    StoreError
        If either cannot be written; the decision does not stand then.
    """
    import tomli_w  # noqa: PLC0415  only needed to write

    with alone(path):
        made = (*read_decisions(path), check_decision(decision))
        standing(made)
        if journal is not None:
            why = f", {decision.reason}" if decision.reason else ""
            what = f"place {decision.place}: {decision.decided}{why}"
            write_entry(journal, Entry("reviewed", what, decision.reviewer, decision.at))
        rows = [{k: v for k, v in d._asdict().items() if v not in ("", ())} for d in made]
        text = _HEADER + tomli_w.dumps({"decisions": rows})
        keep(path, text.encode("utf-8"))


def read_places(secure: Path) -> pd.DataFrame:
    """Read the exact places that the last run found.

    Returns
    -------
    places
        n rows indexed ``hotspot_id`` with ``rank``, ``name`` and ``cells``.

    Raises
    ------
    StoreError
        If the recipe has not been run.
    """
    return exact_places(secure)[["rank", "name", "cells"]].sort_values("rank")


def exact_places(secure: Path) -> pd.DataFrame:
    """Read the exact places that the last run found, with all that is known of each.

    Returns
    -------
    places
        n rows indexed ``hotspot_id``, as :func:`csgeo.secure_side.write_secure_side` wrote them.

    Raises
    ------
    StoreError
        If the recipe has not been run, or what it wrote is sealed and cannot be opened.
    """
    content = kept(secure / PLACES)
    if content is None:
        msg = f"There are no places to review in {secure.name}. Run the recipe first: `csgeo run`."
        raise StoreError(msg)
    return pd.read_csv(BytesIO(content), encoding="utf-8-sig", index_col="hotspot_id")


def review_list(places: pd.DataFrame, decisions: tuple[Decision, ...]) -> pd.DataFrame:
    """Say of each place what was decided, by whom, or why it waits.

    Parameters
    ----------
    places
        From :func:`read_places`.
    decisions
        All that were made.

    Returns
    -------
    review
        ``places`` with ``decided`` (``waiting`` if nothing holds), ``reason``, ``reviewer``.
    """
    kept = standing(decisions)
    rows = []
    for text in places["cells"]:
        found, why = decision_on(text.split(), kept)
        rows.append(
            (found.decided, found.reason, found.reviewer) if found else ("waiting", why, "")
        )
    said = pd.DataFrame(rows, index=places.index, columns=["decided", "reason", "reviewer"])
    return places.join(said.astype("str"))


def undone(place: str, decisions: tuple[Decision, ...], *, who: str, at: dt.datetime) -> Decision:
    """Give the decision that takes the last one on a place back.

    Raises
    ------
    StoreError
        If there is none.
    """
    own = [d for d in standing(decisions) if d.place == place]
    if not own:
        msg = f"There must be a review of {place} to undo; there is none. See `csgeo review list`."
        raise StoreError(msg)
    return Decision(place, own[-1].cells, UNDO, who, at)


def _decision(row: dict[str, Any]) -> Decision:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    made = Decision(**values)
    words = (made.place, made.decided, made.reviewer, made.reason, made.words)
    texts = all(isinstance(v, str) for v in (*words, *made.cells, *made.moved_to))
    if not texts or not isinstance(made.at, dt.datetime):
        msg = "a value is of another kind"
        raise TypeError(msg)
    return made


def decided_on(
    places: pd.DataFrame,
    place: str,
    decided: str,
    reviewer: str,
    at: dt.datetime,
    *,
    reason: str = "",
    words: str = "",
    steps: tuple[int, int] | None = None,
    most_km2: float = 0.25,
) -> Decision:
    """Make a decision about a place of the last run, as a reviewer says it at the door.

    Parameters
    ----------
    places
        From :func:`read_places`.
    place, decided, reviewer, at, reason, words
        As in :class:`csgeo.disclosure.review.Decision`.
    steps
        By how many cells to the east and to the north it is nudged.
    most_km2
        The largest place.

    Raises
    ------
    RecipeError
        If it is incomplete, or the nudge goes too far or touches another place.
    """
    cells = tuple(sorted(str(places["cells"].loc[place]).split()))
    moved_to: tuple[str, ...] = ()
    if steps is not None:
        moved_to = shifted(cells, east=steps[0], north=steps[1])
        others = [text.split() for other, text in places["cells"].items() if other != place]
        check_nudge(cells, moved_to, others, most_km2=most_km2)
    return check_decision(Decision(place, cells, decided, reviewer, at, reason, words, moved_to))
