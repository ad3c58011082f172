"""The words of the English manual for what the program has in Chinese alone."""

import tomllib
from pathlib import Path
from typing import Any, Final

WORDS: Final[dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("english.toml").read_text(encoding="utf-8")
)
