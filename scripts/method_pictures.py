"""Makes docs/pictures/methods/*.png, one picture a page of docs/methods.

CSGEO_OPEN_DATA=... python scripts/method_pictures.py [PAGE ...]      (by default all pages)
"""

from __future__ import annotations

import sys

from pictures_of_methods import charts, lists, maps, places


def main(pages: list[str]) -> None:
    known = {**places.drawings(), **charts.DRAWINGS, **lists.DRAWINGS, **maps.DRAWINGS}
    for page in pages or known:
        if page not in known:
            sys.exit(f"{page} has no picture here; there are {', '.join(sorted(known))}.")
        known[page]()
        print(page, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
