"""What do analysts get, to check every number before anyone acts?"""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

import pandas as pd

from csgeo.store.sealed import keep

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.study import Study

#: What makes a spreadsheet take a text for a formula (OWASP ASVS 5.0, 1.2.10); a plain number is none.
_FORMULA = re.compile(r"(?=[=+\-@\t\r])(?![+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\Z)")


def write_secure_side(study: Study, folder: Path) -> list[Path]:
    """Keep the exact places, the checks, the read reports and the rows set aside, for analysts only.

    Parameters
    ----------
    study
        What was computed.
    folder
        On the secure side; made if it is not there.

    Returns
    -------
    written
        The files, in order of name; sealed, and named so, where a sealing key is named.

    Raises
    ------
    StoreError
        If one cannot be written, or would lie in plain beside what is sealed.
    """
    _for_analysts_alone(folder)
    account = "\n\n".join(map(str, study.reports)) + "\n"
    written = [keep(folder / "read_report.txt", account.encode("utf-8"))]
    tables = {
        name: pd.DataFrame(places.drop(columns=places.geometry.name))
        for name, places in {"places": study.hotspots, "places_set_aside": study.set_aside}.items()
    }
    for name, table in (tables | dict(study.checks)).items():
        content = _neutral(table).to_csv(lineterminator="\n").encode("utf-8-sig")
        written.append(keep(folder / f"{name}.csv", content))
    for name, rows in study.rows_set_aside.items():
        content = _neutral(rows).to_csv(index=False).encode("utf-8-sig")
        safe = re.sub(r"[^\w-]", "_", name)  # it is made of what the recipe calls a file
        written.append(keep(folder / f"set_aside_{safe}.csv", content))
    _forget_rows_of_before(folder, written)
    return sorted(written)


def _for_analysts_alone(folder: Path) -> None:
    """Make the folder for its owner; of one that is there, close what was open to everybody."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # it is a colleague's, who has set its rights
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~0o007)


def _neutral(table: pd.DataFrame) -> pd.DataFrame:
    """Put a quote before each text, of a partner's file perhaps, that a spreadsheet would run."""

    def text(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    texts = table.select_dtypes(["object", "str"]).columns
    return table.assign(**{str(c): table[c].map(text) for c in texts}).rename(columns=text)


def _forget_rows_of_before(folder: Path, written: list[Path]) -> None:
    """Take away rows that an earlier run set aside: they may be of a file that is erased by now."""
    for path in folder.glob("set_aside_*.csv*"):
        if path not in written:
            path.unlink()
