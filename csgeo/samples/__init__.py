"""Can every method be tried, shown and scored without a single real record?

An invented county with planted truth: :func:`county` makes it in memory,
:func:`write_county` as the files that a partnership would have.
"""

from csgeo.samples.invent import County, county
from csgeo.samples.truth import Score, Truth, score
from csgeo.samples.write import write_county

__all__ = ["County", "Score", "Truth", "county", "score", "write_county"]
