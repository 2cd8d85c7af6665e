"""What does data.police.uk call a police force in short?"""

from __future__ import annotations

import re

#: Forces whose short name at data.police.uk does not follow from their full name.
_SHORT_NAMES = {
    "british transport police": "btp",
    "police service of northern ireland": "northern-ireland",
}


def force_name(name: str) -> str:
    """Give the short name of a force, as its files have it: ``avon-and-somerset``.

    Parameters
    ----------
    name
        As ``Reported by`` has it: "Avon and Somerset Constabulary".
    """
    folded = " ".join(name.casefold().replace("&", "and").split())
    if folded in _SHORT_NAMES:
        return _SHORT_NAMES[folded]
    return re.sub(r" (police service|police|constabulary)$", "", folded).replace(" ", "-")
