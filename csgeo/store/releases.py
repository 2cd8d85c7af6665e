"""Where is a release kept, and is it still what it was?

A folder of GeoParquet tables and a ``manifest.json`` with the checksum of each.
The manifest has a checksum of its own, so that nothing in the folder can be
changed by accident or on the way without being noticed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from csgeo.disclosure.release import EXACT, require_release, seal_release
from csgeo.errors import StoreError

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release

FORMAT = "csgeo release"
FORMAT_VERSION = 2
MANIFEST = "manifest.json"
_WITH_SHAPES = ("area", "hotspots", "cells", "services", "basemap")
_WITHOUT_SHAPES = ("services_near", "set_aside", "views")
_TABLES = (*_WITH_SHAPES, *_WITHOUT_SHAPES)
_DATES = ("period_start", "period_end")
_TUPLES = ("harms", "caveats", "attribution")
_VALUES = (
    "title",
    "marking",
    "audience",
    "area_name",
    *_DATES,
    *_TUPLES,
    "records_used",
    "records_without_place",
    "least_people",
    "round_to",
    "purpose",
    "recipient",
    "people_known",
    "share_of_records",
    "share_of_area",
    "hidden",
    "choices",
    "provenance",
)


def save_release(release: Release, folder: Path) -> Path:
    """Keep a release in a folder; the same release gives the same bytes.

    It is written beside the folder first and put in its place when it is whole,
    so that a crash leaves the old one or the new one, never a half.

    Parameters
    ----------
    release
        What may be shown.
    folder
        Where to keep it. A release that is there is replaced; a folder that
        holds anything else is refused.

    Returns
    -------
    folder
        Where it is kept.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    StoreError
        If `folder` holds something that is not a release.

    Examples
    --------
    >>> csgeo.save_release(release, Path("release"))  # doctest: +SKIP
    """
    require_release(release)
    folder = Path(folder)
    if folder.is_symlink():
        msg = (
            f"{folder} must be a folder of its own; it is a link to another place. Name the folder "
            "itself: nothing in it was touched."
        )
        raise StoreError(msg)
    _recover(folder)
    if folder.exists() and not _may_be_replaced(folder):
        msg = (
            f"{folder} must be a new folder or one that holds a release; it holds other things. "
            "Name another folder: nothing in it was touched."
        )
        raise StoreError(msg)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(release, unfinished)
        # a temporary folder is for its maker only, and so are exact counts
        unfinished.chmod(0o700 if release.audience == EXACT else 0o755)
        _put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def open_release(folder: Path) -> Release:
    """Open a release that was kept, and refuse it if anything in it was changed.

    Parameters
    ----------
    folder
        Where :func:`save_release` kept it.

    Returns
    -------
    release
        As it was.

    Raises
    ------
    StoreError
        If the folder is no release, is of a newer format, lacks a file, or
        holds one that was changed.

    Examples
    --------
    >>> release = csgeo.open_release(Path("release"))  # doctest: +SKIP
    """
    folder = Path(folder)
    _recover(folder)
    manifest = _manifest(folder)
    files: dict[str, bytes] = {}
    for name, checksum in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            msg = f"The release in {folder} must hold {name}; it is missing. {_REMEDY}"
            raise StoreError(msg)
        files[name] = path.read_bytes()  # once: what is looked at is what is taken
        if _sha256(files[name]) != checksum:
            msg = f"{name} in {folder} was changed since the release was made. {_REMEDY}"
            raise StoreError(msg)
    return _put_together(folder, manifest, files)


_REMEDY = "Ask for the release again, or make it again with `csgeo run`."


def _put_together(folder: Path, manifest: dict[str, Any], files: dict[str, bytes]) -> Release:
    """Seal what a manifest and its tables say, if each value is of its kind."""
    try:
        values = dict(manifest["release"])
        values |= {name: dt.date.fromisoformat(values[name]) for name in _DATES}
        values |= {name: tuple(values[name]) for name in _TUPLES}
        strange = [name for name in _VALUES if not isinstance(values.get(name), _kind(name))]
        if strange or set(values) != set(_VALUES):
            raise TypeError(strange)
        tables = {name: _read(files[f"{name}.parquet"], name) for name in _TABLES}
    except (LookupError, TypeError, ValueError, AttributeError, OSError) as error:
        msg = f"The release in {folder} must be one that csgeo made; what it says is of another kind. {_REMEDY}"
        raise StoreError(msg) from error
    return seal_release(**values, **tables)


def _kind(name: str) -> tuple[type, ...]:
    """Say of which kind a value of a release is."""
    if name in _DATES:
        return (dt.date,)
    if name in _TUPLES:
        return (tuple,)
    if name in {"hidden", "choices", "provenance"}:
        return (dict,)
    numbers = {"records_used", "records_without_place", "least_people", "round_to"}
    if name in numbers | {"share_of_records", "share_of_area"}:
        return (int, float)
    return (bool,) if name == "people_known" else (str,)


def _write(release: Release, folder: Path) -> None:
    files = {}
    for name in _TABLES:
        path = folder / f"{name}.parquet"
        _as_kept(getattr(release, name)).to_parquet(path)
        files[path.name] = _sha256(path.read_bytes())
    values = {name: getattr(release, name) for name in _VALUES}
    values |= {name: values[name].isoformat() for name in _DATES}
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "files": files,
        "release": values,
    }
    text = json.dumps(content | {"sha256": _sealed(content)}, ensure_ascii=False, indent=2)
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())


def _as_kept(table: pd.DataFrame) -> pd.DataFrame:
    """Count days in the unit that Parquet keeps, so that what was opened is saved to the same bytes."""
    days = [name for name, kind in table.dtypes.items() if str(kind) == "datetime64[s]"]
    return table.astype(dict.fromkeys(days, "datetime64[ms]")) if days else table


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        msg = f"{folder} must be a release (with {MANIFEST}); it is not. {_REMEDY}"
        raise StoreError(msg)
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["format_version"]
        kept = manifest.pop("sha256")
        named = set(manifest["files"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"{path} must be the manifest of a release; it cannot be read as one. {_REMEDY}"
        raise StoreError(msg) from error
    if version != FORMAT_VERSION:
        msg = (
            f"The release in {folder} must be of format {FORMAT_VERSION}; it is of {version}. "
            "Open it with the version of csgeo that made it, or make it again."
        )
        raise StoreError(msg)
    tables = {f"{name}.parquet" for name in _TABLES}
    if kept != _sealed(manifest) or named != tables:
        msg = f"{path} was changed since the release was made. {_REMEDY}"
        raise StoreError(msg)
    return manifest


def _read(content: bytes, name: str) -> pd.DataFrame:
    file = io.BytesIO(content)
    return gpd.read_parquet(file) if name in _WITH_SHAPES else pd.read_parquet(file)


def _may_be_replaced(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    known = {MANIFEST, *(f"{name}.parquet" for name in _TABLES)}
    return all(path.name in known for path in folder.iterdir())


def _put_in_place(new: Path, folder: Path) -> None:
    """Put a finished folder where the old one was; the old one goes only then."""
    if not folder.exists():
        os.replace(new, folder)  # noqa: PTH105  (the same on every platform)
        return
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    os.replace(folder, old)  # noqa: PTH105
    os.replace(new, folder)  # noqa: PTH105
    shutil.rmtree(old)


def _recover(folder: Path) -> None:
    """Bring the old release back where a crash came between its going and the new one's coming."""
    if not folder.exists() and _old(folder).exists():
        os.replace(_old(folder), folder)  # noqa: PTH105


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-old")


def _sealed(content: dict[str, Any]) -> str:
    return _sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
