"""The parameters of the tools. Each argument is checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Kind

LONGEST: Final = 200
"""Characters of a text."""

MOST: Final = 50
"""Texts of a list."""

LARGEST: Final = 1_000_000
"""The largest whole number."""

_SHOWN: Final = 40  # characters of what somebody wrote that are told back

_WANTED: Final = {"text": "文字", "texts": '一列文字，如 ["活动率"]', "whole": "整数"}


@dataclass(frozen=True)
class Parameter:
    """An argument of a tool.

    Parameters
    ----------
    meaning : str
        The description that the assistant reads.
    form : str
        ``text``, ``texts`` for some of them, ``whole`` for a whole number.
    required : bool
        Whether it has to be there.
    """

    meaning: str
    form: str = "text"
    required: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """The argument as JSON Schema."""
        text = {"type": "string", "maxLength": LONGEST}
        form: dict[str, Any] = {
            "text": text,
            "texts": {"type": "array", "items": text, "maxItems": MOST},
            "whole": {"type": "integer", "minimum": 0, "maximum": LARGEST},
        }[self.form]
        return {**form, "description": self.meaning}

    def read(self, name: str, value: Any) -> Any:
        """Check and read a value.

        Raises
        ------
        InputError
            When it is of another type, too long or too large.
        """
        if self.form == "whole":
            if not isinstance(value, int) or isinstance(value, bool):
                raise self._wrong(kinds.ARGUMENT_TYPE, name, value)
            if not 0 <= value <= LARGEST:
                raise self._wrong(kinds.ARGUMENT_RANGE, name, value, most=LARGEST)
            return value
        if self.form == "texts":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise self._wrong(kinds.ARGUMENT_TYPE, name, value)
            if len(value) > MOST:
                raise self._wrong(kinds.ARGUMENT_MANY, name, len(value), most=MOST)
            return [self._text(name, one) for one in value]
        if not isinstance(value, str):
            raise self._wrong(kinds.ARGUMENT_TYPE, name, value)
        return self._text(name, value)

    def _text(self, name: str, value: str) -> str:
        if len(value) > LONGEST:
            raise self._wrong(kinds.ARGUMENT_LONG, name, value, most=LONGEST)
        # Half a character, as JSON can have one, is in no name.
        return value.encode(errors="replace").decode().strip()

    def _wrong(self, kind: Kind, name: str, value: Any, **about: object) -> InputError:
        shown = value if isinstance(value, (str, int, float)) else type(value).__name__
        fault = kind(name=name, wanted=_WANTED[self.form], **about)
        return InputError(fault, value=str(shown)[:_SHOWN])


def schema(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """The arguments of a tool as JSON Schema."""
    return {
        "type": "object",
        "properties": {name: one.schema for name, one in parameters.items()},
        "required": [name for name, one in parameters.items() if one.required],
        "additionalProperties": False,
    }


def read(
    tool: str, parameters: Mapping[str, Parameter], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Check the arguments of a call; None, an empty text and an empty list count as missing.

    Raises
    ------
    InputError
        When one is not the tool's, not there, or not as it should be.
    """
    for name in given:
        if name not in parameters:
            known = "、".join(parameters)
            raise InputError(
                kinds.ARGUMENT_UNKNOWN(tool=tool, known=known), value=str(name)[:_SHOWN]
            )
    found: dict[str, Any] = {}
    for name, one in parameters.items():
        value = given.get(name)
        found[name] = None if value is None else one.read(name, value)
        if one.required and not found[name]:
            raise InputError(kinds.ARGUMENT_MISSING(name=name, meaning=one.meaning))
    return found
