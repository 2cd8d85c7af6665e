"""What do analysts get, to check every number before anyone acts?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

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
        The files, in order of name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    account = folder / "read_report.txt"
    account.write_text("\n\n".join(map(str, study.reports)) + "\n", encoding="utf-8")
    written = [account]
    for name, places in {"places": study.hotspots, "places_set_aside": study.set_aside}.items():
        path = folder / f"{name}.csv"
        exact = pd.DataFrame(places.drop(columns=places.geometry.name))
        exact.to_csv(path, encoding="utf-8-sig", lineterminator="\n")
        written.append(path)
    for name, table in study.checks.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, encoding="utf-8-sig", lineterminator="\n")
        written.append(path)
    for name, rows in study.rows_set_aside.items():
        path = folder / f"set_aside_{name}.csv"
        rows.to_csv(path, index=False, encoding="utf-8-sig")
        written.append(path)
    return sorted(written)
