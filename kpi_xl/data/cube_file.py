"""A cube's file: JSON that says what is in it, JSON with the units, then blocks of int64 numbers.

It is sealed: one that was damaged is told. What the numbers mean, `kpi_xl.data.cube` knows.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.sealed import DamagedError, sealing, unsealed

_ALIGNED: Final = 64
"""Where the numbers may begin: processors read them faster there."""

_MAGIC: Final = b"kpi.cube"
_HEAD: Final = struct.Struct(f"<{len(_MAGIC)}sQQ")  # and how long the two texts are


class CubeFile(NamedTuple):
    """The content of a cube's file.

    Attributes
    ----------
    about : mapping
        What is in it.
    units : bytes
        The JSON of the units, not read yet: there may be thousands.
    blocks : list of int64 array
        The arrays of numbers, as they were written.
    """

    about: Mapping[str, Any]
    units: bytes
    blocks: list[NDArray[np.int64]]


def save(
    file: Path,
    about: Mapping[str, Any],
    units: Sequence[Any],
    blocks: Iterable[NDArray[np.int64]],
) -> None:
    """Write a cube's file, all or nothing.

    Parameters
    ----------
    about : mapping
        What JSON can say of it.
    units : sequence
        What JSON can say of each unit.
    blocks : iterable of int64 array
        The arrays of numbers to write.
    """
    arrays = [np.ascontiguousarray(block, dtype="<i8") for block in blocks]
    shapes = [list(one.shape) for one in arrays]
    texts = [
        json.dumps(each, ensure_ascii=False).encode()
        for each in ({**about, "shapes": shapes}, units)
    ]
    head = _HEAD.pack(_MAGIC, *map(len, texts)) + b"".join(texts)
    with sealing(file) as out:
        out.write(head + b" " * (-len(head) % _ALIGNED))
        for one in arrays:
            out.write(one.data)


def read(file: Path) -> CubeFile:
    """Read a cube's file.

    Raises
    ------
    InputError
        When the file is damaged, or no cube.
    """
    try:
        content = unsealed(file)
        magic, of_about, of_units = _HEAD.unpack_from(content)
        if magic != _MAGIC:
            raise unreadable(file)
        begin, end = _HEAD.size + of_about, _HEAD.size + of_about + of_units
        about = json.loads(bytes(content[_HEAD.size : begin]))
        at = end + -end % _ALIGNED
        blocks = []
        for shape in about["shapes"]:
            size = math.prod(shape)
            blocks.append(np.frombuffer(content, "<i8", size, at).reshape(shape))
            at += size * 8
    except (DamagedError, struct.error, ValueError, KeyError, TypeError) as error:
        raise unreadable(file) from error
    return CubeFile(about, bytes(content[begin:end]), blocks)


def unreadable(file: Path) -> InputError:
    """The error about a file that is damaged, or of another version of kpi_xl."""
    return InputError(kinds.CUBE_UNREADABLE(), file=file)
