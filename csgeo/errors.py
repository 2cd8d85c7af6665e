"""What can be wrong with a file, a table, a choice or a request?

CsgeoError
├── TableError            a table breaks its contract (also a ValueError)
│   ├── EmptyTable
│   ├── WrongCRS
│   ├── MissingColumns
│   ├── WrongIndex
│   ├── WrongGeometry
│   └── WrongValues
├── SourceError           a file cannot be read as what it should be (also a ValueError)
│   ├── UnreadableFile
│   ├── UnknownColumns
│   └── UnknownWords      a label that no vocabulary knows
├── RecipeError           a choice in csgeo.toml cannot be used (also a ValueError)
├── MethodError           a question that these data cannot answer (also a ValueError)
├── NotReleased           something that has not passed the release door (also a TypeError)
├── StoreError            what is kept was changed, or is not what it says
└── NothingToReport       everything went well, there is nothing to show

Every message says, in this order: what was wanted, what was found, how many
rows and the first one, what to do about it.
"""


class CsgeoError(Exception):
    """Any failure that csgeo foresees; its text is fit to be shown to a user."""


class TableError(CsgeoError, ValueError):
    """A table breaks its contract."""


class EmptyTable(TableError):
    """A table has no rows."""


class WrongCRS(TableError):
    """A table is not in a projected coordinate reference system in metres."""


class MissingColumns(TableError):
    """A table lacks columns that its contract promises."""


class WrongIndex(TableError):
    """A table's index is not named, not unique or has gaps."""


class WrongGeometry(TableError):
    """A table's geometry is of another type, empty, missing or not finite."""


class WrongValues(TableError):
    """A column holds values outside its bounds or its vocabulary."""


class SourceError(CsgeoError, ValueError):
    """A file cannot be read as what it should be."""


class UnreadableFile(SourceError):
    """A file is missing, broken, or not of the kind that its name says."""


class UnknownColumns(SourceError):
    """A file has no column for something that is needed."""


class UnknownWords(SourceError):
    """A file uses labels that no vocabulary knows."""


class RecipeError(CsgeoError, ValueError):
    """A choice in a recipe cannot be used."""


class MethodError(CsgeoError, ValueError):
    """A method cannot answer with these data."""


class NotReleased(CsgeoError, TypeError):
    """Something that has not passed the release door was to be shown or written."""


class StoreError(CsgeoError):
    """What is kept on disk was changed, or is not what it says it is."""


class NothingToReport(CsgeoError):
    """There is nothing that could be shown: said, not drawn as an empty map."""
