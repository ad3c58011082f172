"""Make the pictures of the local page in docs/start.md from a real walk: ``make pictures``.

Needs Chromium and the Noto CJK fonts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from manual.chromium import Chromium
from manual.desk_walk import running, walk
from manual.exports import exports
from manual.pictures import PICTURES, save

SHOWN: Final = ("files", "roster", "policies", "numbers", "results")
"""The pages of the walk that the manual shows."""


def main() -> None:
    """Make every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        exports(home / "导出")
        page = Chromium(folder / "profile", {})

        def seen(what: str) -> None:
            if what in SHOWN:
                # Where the picture was taken is nobody's business.
                page.run(_SAY_INSTEAD, str(home), _HOME)
                page.picture(folder / "page.png")
                page.run(_SAY_INSTEAD, _HOME, str(home))
                target = PICTURES / f"desk-{what}.png"
                with Image.open(folder / "page.png") as picture:
                    print(target.name, save(picture.convert("RGB"), target), "bytes")

        try:
            page.size(1024, 640)
            with running(home) as address:
                walk(page, address, seen)
        finally:
            page.close()


_HOME: Final = "/home/li"

_SAY_INSTEAD: Final = """(text, other) => {
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (all.nextNode()) {
    all.currentNode.nodeValue = all.currentNode.nodeValue.replaceAll(text, other);
  }
  for (const one of document.querySelectorAll("input")) {
    one.value = one.value.replaceAll(text, other);
  }
}"""


if __name__ == "__main__":
    main()
