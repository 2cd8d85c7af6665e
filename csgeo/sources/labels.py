"""Which code does each label stand for?"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import UnknownWords
from csgeo.sources.sieve import Doubt
from csgeo.sources.values import distinct, spread, to_text
from csgeo.vocabulary import Name, Vocabulary, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

#: Labels that say that nothing is known, whatever the vocabulary.
_NOT_KNOWN = {"not known", "unknown", "not recorded", "not stated", "missing"}
_MOST_LABELS = 20


class Coded(NamedTuple):
    """The code for each of n labels (missing where none), the labels, and which no entry knows."""

    codes: pd.Series
    labels: pd.Series
    unknown: pd.Series


def code_labels(values: pd.Series, name: Name, extra: Mapping[str, str] | None = None) -> Coded:
    """Give the code for each label of a column.

    Parameters
    ----------
    values
        n labels as the file has them.
    name
        Which vocabulary.
    extra
        The partnership's own labels and the codes they stand for.

    Raises
    ------
    UnknownWords
        If `extra` names a code that the vocabulary does not have.
    """
    vocabulary = load_vocabulary(name)
    check_extra(vocabulary, extra)
    labels = to_text(values)
    numbers, words = distinct(labels)
    plain = pd.Series(words, dtype="str")
    found = vocabulary.translate(plain, extra)
    found = found.fillna(_joined(plain[found.isna()], vocabulary, extra))
    silent = np.array([w.casefold() in _NOT_KNOWN for w in words] + [True])
    known = np.append(found.notna().to_numpy(dtype=bool), True)
    codes = spread([None if pd.isna(c) else str(c) for c in found], numbers, labels.index)
    unknown = pd.Series((~silent & ~known)[numbers], index=labels.index)
    return Coded(codes, labels, unknown)


def _joined(words: pd.Series, vocabulary: Vocabulary, extra: Mapping[str, str] | None) -> pd.Series:
    """Read labels such as ``Bus Station,Coach Station``: several words for one code."""
    found = {}
    for word in words:
        parts = pd.Series([p for p in re.split(r"[,;|]", word) if p.strip()], dtype="str")
        codes = vocabulary.translate(parts, extra)
        if len(parts) > 1 and codes.notna().all() and len(set(codes)) == 1:
            found[word] = codes.iloc[0]
    return words.map(found).astype("str")


def check_extra(vocabulary: Vocabulary, extra: Mapping[str, str] | None) -> None:
    """Refuse words that are to stand for a code that does not exist."""
    for label, code in (extra or {}).items():
        if code not in vocabulary.rows:
            msg = (
                f"{label!r} is to stand for {code!r}, which is no code of the {vocabulary.name} vocabulary"
                f"{_near(code, list(vocabulary.codes))}. Codes: {', '.join(vocabulary.codes)}."
            )
            raise UnknownWords(msg)


def code_of(word: str, name: Name, extra: Mapping[str, str] | None = None) -> str:
    """Return the code that one word stands for.

    Raises
    ------
    UnknownWords
        If the vocabulary does not know it.

    Examples
    --------
    >>> code_of("County lines", "harm")
    'CCE.CL'
    """
    coded = code_labels(pd.Series([word], dtype="str"), name, extra)
    if coded.codes.isna().iloc[0]:
        vocabulary = load_vocabulary(name)
        msg = f"{word!r} is no {name} that the vocabulary knows{nearest(word, vocabulary)}. Codes: {', '.join(vocabulary.codes)}."
        raise UnknownWords(msg)
    return str(coded.codes.iloc[0])


def unknown_doubts(coded: Coded, name: Name, column: str, remedy: str) -> list[Doubt]:
    """Set aside the rows whose label no entry knows, for each label by name.

    Parameters
    ----------
    coded
        What :func:`code_labels` found.
    name, column
        The vocabulary and the file's column, for the reasons.
    remedy
        What to do, with ``{label}`` and ``{code}`` for the label and the nearest code.
    """
    vocabulary = load_vocabulary(name)
    strange = coded.labels[coded.unknown].value_counts()
    shown = sorted(strange.index, key=lambda w: (-strange[w], w))[:_MOST_LABELS]
    doubts = []
    for label in shown:
        code = vocabulary.words.get(_nearest_word(label, vocabulary) or "", "(a code)")
        flags = (coded.unknown & (coded.labels == label)).to_numpy(dtype=bool)
        reason = f"{name} label {label!r} in {column!r} is not known{nearest(label, vocabulary)}"
        doubts.append(_doubt(reason, flags, label, remedy.format(label=label, code=code)))
    if len(strange) > _MOST_LABELS:
        flags = coded.unknown.to_numpy(dtype=bool)
        reason = f"one of {len(strange) - _MOST_LABELS} further {name} labels in {column!r} that are not known"
        doubts.append(
            Doubt(
                reason,
                flags,
                lambda at: coded.labels.iloc[at],
                remedy.format(label="...", code="(a code)"),
            )
        )
    return doubts


def refuse_all_unknown(coded: Coded, name: Name, file: str, column: str, remedy: str) -> None:
    """Refuse a file of whose labels none is known: it is the wrong column, or all need words."""
    if coded.unknown.any() and coded.codes.isna().all():
        vocabulary = load_vocabulary(name)
        labels = sorted(coded.labels[coded.unknown].unique())
        more = f" and {len(labels) - 12} more" if len(labels) > 12 else ""
        msg = (
            f"{file} must name kinds of {name} that the vocabulary knows; none of {int(coded.unknown.sum()):,} labels in {column!r} is: "
            f"{', '.join(map(repr, labels[:12]))}{more}. Known: {', '.join(vocabulary.label(c) for c in vocabulary.codes)}. {remedy}"
        )
        raise UnknownWords(msg)


def unknown_note(coded: Coded, name: Name, column: str) -> tuple[str, ...]:
    """Say which labels were left as not known, where a row is of use without its label."""
    strange = coded.labels[coded.unknown].value_counts()
    if strange.empty:
        return ()
    listed = ", ".join(f"{w!r} ({strange[w]:,})" for w in sorted(strange.index, key=str)[:12])
    return (
        f"{name.replace('_', ' ')} not known for {int(strange.sum()):,} rows, whose label in {column!r} no entry knows: {listed}",
    )


def nearest(label: str, vocabulary: Vocabulary) -> str:
    """Say in brackets which known label is nearest to `label`, or nothing."""
    word = _nearest_word(label, vocabulary)
    return f" (nearest: {word!r})" if word else ""


def _nearest_word(label: str, vocabulary: Vocabulary) -> str | None:
    near = difflib.get_close_matches(label.casefold(), list(vocabulary.words), n=1, cutoff=0.6)
    return near[0] if near else None


def _doubt(reason: str, flags: npt.NDArray[np.bool_], label: str, remedy: str) -> Doubt:
    return Doubt(reason, flags, lambda _: label, remedy)


def _near(word: str, among: list[str]) -> str:
    near = difflib.get_close_matches(word.upper(), among, n=1, cutoff=0.5)
    return f" (did you mean {near[0]!r}?)" if near else ""
