"""Make the pictures of the month's page in docs/monthly-page.md: ``make pictures``.

Needs Chromium and the Noto CJK fonts.
"""

from __future__ import annotations

import base64
import html
import sys
import tempfile
from pathlib import Path
from typing import Final

import pypdfium2
from PIL import Image

from kpi_xl.circulation.group_month import FOLDER, send_month
from kpi_xl.pages.make import draw, make
from kpi_xl.project import Project
from manual.chromium import Chromium
from manual.pictures import PICTURES, save

_MONTH: Final = "2024-06"
_UNIT: Final = "城东营业部"
_PHONE: Final = 360
_COLUMNS: Final = 4
_TALL: Final = 1100
_DESK: Final = (1280, 1500)

_CHAT: Final = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 14px; background: #ededed; font: 14px/1.6 "Noto Sans CJK SC"; }
div { background: #fff; border-radius: 6px; padding: 10px 12px; margin-bottom: 12px; }
img { display: block; width: 62%; border-radius: 6px; }
</style><div>{lines}</div><img alt="" src="data:image/png;base64,{picture}"><footer></footer>"""


def main(project: Path) -> None:
    """Make every picture.

    Parameters
    ----------
    project : Path
        The folder of the sample project.
    """
    (file,) = make(Project.open(project), _MONTH, _UNIT).files
    content = file.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        page = Chromium(Path(name) / "profile", {})
        try:
            # The first: a page that runs no styles but its own keeps those of the next out, too.
            _keep(_message(page, Project.open(project), Path(name)), "group-message.png")
            _keep(_phone(page, content, Path(name)), "page-phone.png")
            _keep(_desk(page, content, Path(name)), "page-desk.png")
            _keep(_print(page), "page-print.png")
            _keep(_drawn(Project.open(project)), "page-picture.png")
        finally:
            page.close()


def _show(page: Chromium, content: str, width: int, height: int) -> None:
    page.size(width, height)
    frame = page.order("Page.getFrameTree")["frameTree"]["frame"]["id"]
    page.order("Page.setDocumentContent", frameId=frame, html=content)
    page.wait(lambda: bool(page.run("() => document.querySelector('footer') !== null")))


def _shot(page: Chromium, width: int, height: int, file: Path) -> Image.Image:
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    shot = page.order("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
    file.write_bytes(base64.b64decode(shot["data"]))
    with Image.open(file) as picture:
        return picture.convert("RGB")


def _phone(page: Chromium, content: str, folder: Path) -> Image.Image:
    """The first screens of a phone, beside each other."""
    _show(page, content, _PHONE, 740)
    whole = _shot(page, _PHONE, _COLUMNS * _TALL, folder / "phone.png")
    gap = 16
    beside = Image.new("RGB", (_COLUMNS * (_PHONE + gap) - gap, _TALL), "#aaaaaa")
    for place in range(_COLUMNS):
        part = whole.crop((0, place * _TALL, _PHONE, (place + 1) * _TALL))
        beside.paste(part, (place * (_PHONE + gap), 0))
    return beside


def _desk(page: Chromium, content: str, folder: Path) -> Image.Image:
    _show(page, content, _DESK[0], 800)
    return _shot(page, *_DESK, folder / "desk.png")


def _print(page: Chromium) -> Image.Image:
    """The first sheet of paper of the page that is shown."""
    paper = page.order("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    pages = pypdfium2.PdfDocument(base64.b64decode(paper["data"]))
    picture: Image.Image = pages[0].render(scale=100 / 72).to_pil().convert("RGB")
    pages.close()
    return picture


def _drawn(project: Project) -> Image.Image:
    """The picture for phones, at half its size."""
    file = draw(project, _MONTH, _UNIT).files[-1]
    with Image.open(file) as picture:
        return picture.convert("RGB").resize((picture.width // 2, picture.height // 2))


def _message(page: Chromium, project: Project, folder: Path) -> Image.Image:
    """The words and the picture that a group gets, one below the other as in a phone's list."""
    sent = send_month(project, FOLDER, _MONTH)
    words, drawn = (next(sent.folder.glob(f"**/{_UNIT}{end}")) for end in (".md", "-手机.png"))
    lines = "<br>".join(map(html.escape, words.read_text(encoding="utf-8").splitlines()))
    picture = base64.b64encode(drawn.read_bytes()).decode()
    content = _CHAT.replace("{lines}", lines).replace("{picture}", picture)
    _show(page, content, _PHONE, 740)
    return _shot(page, _PHONE, _TALL, folder / "message.png")


def _keep(picture: Image.Image, name: str) -> None:
    print(name, save(picture, PICTURES / name), "bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
