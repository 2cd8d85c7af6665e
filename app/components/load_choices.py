"""How is a file to be read, where its columns do not say it themselves?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from components import check_shown
from components.check_shown import COLUMNS, MENDED_BY
from components.load_file import turn
from components.written import html

from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE = "(none)"
_ORDERS = {"": "found out", "day_first": "the day first", "month_first": "the month first"}
_SYSTEMS = ("", "EPSG:27700", "EPSG:4326")


def ask(looked: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any] | None:
    """Offer to change how the file is read.

    Parameters
    ----------
    looked
        What was found.
    one
        How it was read.

    Returns
    -------
    one
        How it is to be read, once somebody asks for that; else None.
    """
    if looked["holds"] == "data.police.uk":
        st.html('<p class="why">A download from data.police.uk: its columns are known.</p>')
        return None
    open_ = looked["mends"] in MENDED_BY or bool(looked["labels"])
    if told := check_shown.matched(looked):
        st.html(told)
    with st.expander("Change how it is read", expanded=open_):
        chosen = dict(one)
        rest = _rest(looked, one)
        chosen["columns"] = _columns(looked, one)
        if order := rest.pop("date_order"):
            chosen["columns"]["date_order"] = order
        chosen |= rest
        chosen["words"] = dict(one.get("words", {})) | _labels(looked)
        if st.button("Check it again, read like this", key="data-again"):
            return {k: v for k, v in chosen.items() if v not in (None, "", {})}
    return None


def _columns(looked: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, str]:
    """Ask for each of our columns which of the file's it is; give those that differ from the guess."""
    given: dict[str, str] = {}
    said = dict(one.get("columns", {}))
    options = [_NONE, *looked["columns"]]
    slots = st.columns(3)
    for n, (ours, called) in enumerate(COLUMNS.items()):
        guess = looked["matched"].get(ours, "")
        with slots[n % 3]:
            picked = st.selectbox(
                called, options, index=options.index(guess) if guess in options else 0,
                key=f"data-{turn()}-col-{ours}",
            )  # fmt: skip
        theirs = "" if picked == _NONE else picked
        if theirs != guess or ours in said:
            given[ours] = theirs
    return given


def _rest(looked: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for what holds for the whole file."""
    harms = load_vocabulary("harm")
    left, middle, right = st.columns(3)
    with left:
        harm = st.selectbox(
            "Kind of harm of all rows", ["", *harms.codes],
            index=["", *harms.codes].index(one.get("harm", "") or ""),
            format_func=lambda c: harms.label(c) if c else "each row says its own",
            key=f"data-{turn()}-harm",
        )  # fmt: skip
    with middle:
        crs = st.selectbox(
            "System of its coordinates", _SYSTEMS,
            index=_SYSTEMS.index(one["crs"]) if one.get("crs") in _SYSTEMS else 0,
            format_func=lambda c: c or "as the file says", key=f"data-{turn()}-crs",
        )  # fmt: skip
    with right:
        order = st.selectbox(
            "Dates are written", list(_ORDERS),
            index=list(_ORDERS).index(one.get("columns", {}).get("date_order", "")),
            format_func=lambda c: _ORDERS[c], key=f"data-{turn()}-dates",
        )  # fmt: skip
    layer = one.get("layer", "")
    if looked["mends"] == "layer" or layer:
        layer = st.text_input("Layer or sheet", value=layer or "", key=f"data-{turn()}-layer")
    return {"harm": harm, "crs": crs, "layer": layer, "date_order": order}


def _labels(looked: Mapping[str, Any]) -> dict[str, str]:
    """Ask what each label means that csgeo does not know; only labels that several rows share are shown."""
    harms, said = load_vocabulary("harm"), {}
    if looked["labels"]:
        st.html(
            '<p class="why"><b>Kinds of harm that csgeo does not know.</b> Say what each means; rows '
            f"with the others stay left out. {html('Labels of fewer than five rows are not shown.')}</p>"
        )
    for label, rows in looked["labels"]:
        code = st.selectbox(
            f"{label} ({rows:,} rows) means", ["", *harms.codes],
            format_func=lambda c: harms.label(c) if c else "leave these rows out",
            key=f"data-{turn()}-label-{label}",
        )  # fmt: skip
        if code:
            said[label] = code
    return said
