"""YAML of other people: data and nothing else, each mapping with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from kpi_xl import kinds
from kpi_xl.errors import InputError

MOST: Final = 1_000_000
"""Characters; and so many parts, references written out."""

_DEEPEST: Final = 50
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of what JSON writes as two escapes."""


class Mapping(dict[Any, Any]):
    """A mapping, and the line in which it begins."""

    row = 0


def read_yaml(text: str) -> list[Any]:
    """The documents of a text.

    Parameters
    ----------
    text : str
        YAML, or JSON, which is YAML, too.

    Raises
    ------
    InputError
        When it is none, with the row; when a tag or a reference in it would do more than say data.

    Examples
    --------
    >>> read_yaml("a: 1")[0]["a"]
    1
    """
    if len(text) > MOST:
        raise InputError(kinds.YAML_TOO_LARGE(most=MOST // 10_000))
    try:
        return list(yaml.load_all(text, _Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InputError(kinds.YAML_UNREADABLE(), row=mark and mark.line + 1) from error
    except (yaml.YAMLError, ValueError, RecursionError, LookupError, AttributeError) as error:
        # The day 2024-02-31; a text that is said to be a day, a number, yes or no, and is none.
        raise InputError(kinds.YAML_UNREADABLE()) from error


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Knows no tag but those of plain data, no key twice, no reference that grows without end."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._sizes: dict[int, int] = {}
        self._size = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        is_reference = self.check_event(yaml.AliasEvent)
        before = self._size
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InputError(kinds.YAML_UNREADABLE(), row=self.line + 1)
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            node.value = _whole(node)
        self._depth -= 1
        # A reference counts as what it stands for; one to what it is within would never end.
        self._size += self._sizes.get(id(node), MOST + 1) if is_reference else 1
        if self._size > MOST:
            raise InputError(kinds.YAML_TOO_LARGE(most=MOST // 10_000))
        self._sizes.setdefault(id(node), self._size - before)
        return node

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        keys = set()
        for one, _ in node.value:
            if isinstance(one, yaml.ScalarNode):
                if one.value in keys:
                    row = one.start_mark.line + 1
                    raise InputError(kinds.YAML_KEY_TWICE(key=one.value), row=row)
                keys.add(one.value)
        return node

    def construct_yaml_map(self, node: yaml.MappingNode) -> Iterator[Mapping]:
        found = Mapping()
        found.row = node.start_mark.line + 1
        yield found
        found.update(self.construct_mapping(node))

    def unknown(self, node: yaml.Node) -> None:
        raise InputError(kinds.YAML_TAG(tag=node.tag), row=node.start_mark.line + 1)


def _whole(node: yaml.ScalarNode) -> str:
    """A text whose halves are put together; half a letter can be written nowhere."""
    try:
        return str(node.value.encode("utf-16", "surrogatepass").decode("utf-16"))
    except UnicodeDecodeError as error:
        raise InputError(kinds.YAML_UNREADABLE(), row=node.start_mark.line + 1) from error


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_yaml_map)
_Loader.add_constructor(None, _Loader.unknown)
