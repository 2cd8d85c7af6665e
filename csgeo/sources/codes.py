"""Has a spreadsheet damaged these codes?

Excel takes a code of digits for a number: leading zeros are lost and long
codes turn into 1.23E+11. Zeros can be put back where the width is known;
digits that were rounded away cannot.
"""

from __future__ import annotations

import pandas as pd

from csgeo.errors import WrongValues

#: Width of codes that are written in full, by the folded name of their column.
KNOWN_WIDTHS = {"uprn": 12, "lacode": 3, "dfenumber": 7, "laestab": 7, "estabnumber": 4}
_ROUNDED = r"\d(?:\.\d+)?E\+\d+"


def check_codes(
    values: pd.Series, called: str, *, width: int | None = None
) -> tuple[pd.Series, tuple[str, ...]]:
    """Give back codes with the leading zeros that a spreadsheet has eaten, or say that some are lost.

    Parameters
    ----------
    values
        n codes as text, missing where there is none.
    called
        The column's name, for the notes and messages.
    width
        How many characters each code has, if that is known.

    Returns
    -------
    codes, notes
        The codes, padded with zeros where `width` is known; and what was found.

    Raises
    ------
    WrongValues
        If codes were rounded to something like 1.23E+11.

    Examples
    --------
    >>> import pandas as pd
    >>> check_codes(pd.Series(["0101", "201"], dtype="str"), "code", width=4)[0].tolist()
    ['0101', '0201']
    """
    known = values.dropna()
    rounded = known[known.str.fullmatch(_ROUNDED, case=False)]
    if len(rounded):
        msg = (
            f"`{called}` must hold whole codes; {len(rounded)} of {len(values)} were rounded by a spreadsheet, "
            f"the first is {rounded.iloc[0]!r}. Export the file again with this column as text."
        )
        raise WrongValues(msg)
    digits = known[known.str.fullmatch(r"\d+")]
    if digits.empty or len(digits) * 10 < len(known) * 9:
        return values, ()
    lengths = digits.str.len()
    usual = width or int(lengths.mode().iloc[0])
    short = digits[lengths < usual]
    if short.empty or (width is None and not _looks_eaten(digits, lengths, usual)):
        return values, ()
    count = f"{len(short):,} of {len(digits):,} codes in {called!r} have fewer than {usual} digits (the first is {short.iloc[0]!r})"
    if width is None:
        return values, (
            f"{count} and none begins with 0: a spreadsheet may have eaten their leading zeros; export the column as text",
        )
    fixed = values.copy()
    fixed[short.index] = short.str.zfill(usual)
    return fixed, (f"{count}: the leading zeros that a spreadsheet ate were put back",)


def _looks_eaten(digits: pd.Series, lengths: pd.Series, usual: int) -> bool:
    """Codes of one width, of which about a tenth are one short, and none begins with a zero.

    Running numbers also differ in width, but there the short ones are all smaller
    and come without a gap: 1 to 9 before 10. Codes of one width start high.
    """
    if usual < 4 or digits.str.startswith("0").any() or (lengths > usual).any():
        return False
    shorter = lengths < usual
    running = bool((lengths <= usual - 3).any()) or pd.to_numeric(digits).min() <= len(digits)
    return not running and float(shorter.mean()) <= 0.5
