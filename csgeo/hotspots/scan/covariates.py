"""How many cases would each area have if only the mix of its people mattered?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.errors import EmptyTable, MissingColumns, WrongValues

if TYPE_CHECKING:
    import pandas as pd


def expected_by_covariates(
    table: pd.DataFrame,
    *,
    area: str,
    cases: str,
    population: str,
    covariates: list[str],
) -> pd.Series:
    """Standardise indirectly: apply the rate of each group of people to each area's people.

    A scan with this expectation is adjusted for the covariates: a place does not stand out
    only because of the age, sex or year of the people who were counted there.

    Parameters
    ----------
    table
        One row for each area and group of people (age band, sex, year, ...); groups without
        people may be missing.
    area, cases, population
        Names of its columns: the area, cases and people of the group there.
    covariates
        Names of the columns that make the groups.

    Returns
    -------
    expected
        On the areas' ids, sorted: the sum over groups of (people of the group in the area) x
        (cases of the group anywhere) / (people of the group anywhere). Adds up to the cases.

    Raises
    ------
    TableError
        If a column is missing, a number is not known or below 0, or a group has cases but no
        people.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, section 2.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({
    ...     "ward": ["A", "A", "B", "B"], "age": ["10-14", "15-17", "10-14", "15-17"],
    ...     "cases": [1, 6, 1, 2], "people": [100, 300, 100, 100],
    ... })
    >>> expected_by_covariates(
    ...     people, area="ward", cases="cases", population="people", covariates=["age"]
    ... ).round(1).to_dict()
    {'A': 7.0, 'B': 3.0}
    """
    if not covariates:
        msg = "`covariates` must name at least one column; without any, a population will do."
        raise WrongValues(msg)
    wanted = [area, cases, population, *covariates]
    missing = [name for name in wanted if name not in table]
    if missing:
        msg = f"The table must have the columns {', '.join(missing)}; it has {list(table)}."
        raise MissingColumns(msg)
    if table.empty:
        msg = "The table of people by area and group has no rows."
        raise EmptyTable(msg)
    for name in (cases, population):
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        broken = ~np.isfinite(values) | (values < 0)
        if broken.any():
            msg = (
                f"`{name}` must be known and 0 or more in each row; {int(broken.sum())} rows "
                f"otherwise, the first is {table.index[broken][0]!r}. Missing is not 0."
            )
            raise WrongValues(msg)
    groups = table.groupby(covariates, dropna=False, observed=True)
    all_cases = groups[cases].transform("sum")
    all_people = groups[population].transform("sum")
    nobody = ((all_cases > 0) & (all_people <= 0)).to_numpy()
    if nobody.any():
        msg = (
            f"Each group with cases must have people; {int(nobody.sum())} rows belong to groups "
            f"without, the first is {table.index[nobody][0]!r}. Join the group with another."
        )
        raise WrongValues(msg)
    due: pd.Series = table[population] * all_cases / all_people.where(all_people > 0, 1.0)
    return due.groupby(table[area]).sum().sort_index().rename("expected")
