"""What do analysts get, to check every number before anyone acts?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.store.sealed import keep

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.study import Study


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
    folder.mkdir(parents=True, exist_ok=True)
    account = "\n\n".join(map(str, study.reports)) + "\n"
    written = [keep(folder / "read_report.txt", account.encode("utf-8"))]
    tables = {
        name: pd.DataFrame(places.drop(columns=places.geometry.name))
        for name, places in {"places": study.hotspots, "places_set_aside": study.set_aside}.items()
    }
    for name, table in (tables | dict(study.checks)).items():
        content = table.to_csv(lineterminator="\n").encode("utf-8-sig")
        written.append(keep(folder / f"{name}.csv", content))
    for name, rows in study.rows_set_aside.items():
        content = rows.to_csv(index=False).encode("utf-8-sig")
        written.append(keep(folder / f"set_aside_{name}.csv", content))
    _forget_rows_of_before(folder, written)
    return sorted(written)


def _forget_rows_of_before(folder: Path, written: list[Path]) -> None:
    """Take away rows that an earlier run set aside: they may be of a file that is erased by now."""
    for path in folder.glob("set_aside_*.csv*"):
        if path not in written:
            path.unlink()
