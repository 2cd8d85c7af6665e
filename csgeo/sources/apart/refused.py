"""What does a reader say that will not read a file?"""

from __future__ import annotations


class Refused(Exception):
    """The file cannot be read; the text is for the user."""
