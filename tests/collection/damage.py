"""Forty-odd ways in which a returned workbook can be damaged, each with what is said of it."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl.comments import Comment

from collection.conftest import edited, of
from kpi_xl.circulation.encryption import encrypted
from kpi_xl.workbook import identity_sheet

Damage = Callable[[Path], object]


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the parts of a workbook."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def in_part(part: str, old: bytes, new: bytes) -> Damage:
    def change(parts):
        changed = re.sub(old, new, parts[part], count=1, flags=re.DOTALL)
        assert changed != parts[part], part
        parts[part] = changed

    return lambda file: rewritten(file, change)


def typed(cell: str, value: object, sheet: str = "第1周") -> Damage:
    def edit(book):
        book[sheet][cell] = value

    return lambda file: edited(file, edit)


def with_book(edit: Callable) -> Damage:
    return lambda file: edited(file, edit)


def cut(share: float) -> Damage:
    return lambda file: file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])


def replaced(content: bytes) -> Damage:
    return lambda file: file.write_bytes(content)


def renamed(name: str) -> Damage:
    return lambda file: file.rename(file.with_name(f"{file.stem}{name}"))


def zip_bomb(file: Path) -> None:
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (100 << 20))


def many_small_bombs(file: Path) -> None:
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"xl/media/{number}.bin", b"\0" * (10 << 20))


def xml_bomb(file: Path) -> None:
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    in_part(
        "xl/workbook.xml",
        rb"^(<\?xml[^>]*\?>)",
        rb"\g<1><!DOCTYPE workbook [" + entities + b"]>",
    )(file)


def external_entity(file: Path) -> None:
    in_part(
        "xl/workbook.xml",
        rb"^(<\?xml[^>]*\?>)",
        rb'\g<1><!DOCTYPE workbook [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )(file)


def many_elements(file: Path) -> None:
    """Shared texts by the million, none of them used."""
    in_part("xl/sharedStrings.xml", rb"</sst>", b"<si/>" * (12 << 20) + b"</sst>")(file)


def flipped_bytes(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(file.read_bytes())
    at = entry.header_offset + 200
    for offset in range(60):
        content[at + offset] ^= 0x5A
    file.write_bytes(bytes(content))


def renamed_docx(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", "<document/>")


def packed(file: Path) -> None:
    content, buffer = file.read_bytes(), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("填好.xlsx", content)
    file.with_suffix(".zip").write_bytes(buffer.getvalue())
    file.unlink()


def insert_rows(file: Path) -> None:
    """As Excel does it: the cells below move, and the names with them."""

    def change(parts):
        sheet = parts["xl/worksheets/sheet1.xml"].decode()
        sheet = re.sub(
            r'(<row r=")(\d+)', lambda m: f"{m[1]}{int(m[2]) + 2 * (int(m[2]) > 5)}", sheet
        )
        sheet = re.sub(
            r'(<c r="[A-Z]+)(\d+)', lambda m: f"{m[1]}{int(m[2]) + 2 * (int(m[2]) > 5)}", sheet
        )
        sheet = re.sub(r"<mergeCells.*?</mergeCells>", "", sheet)
        parts["xl/worksheets/sheet1.xml"] = sheet.encode()
        names = parts["xl/workbook.xml"].decode()
        parts["xl/workbook.xml"] = re.sub(
            r"(第1周'?!\$[A-Z]+\$)(\d+)((?::\$[A-Z]+\$)(\d+))?",
            lambda m: (
                f"{m[1]}{int(m[2]) + 2 * (int(m[2]) > 5)}"
                + (f"{m[3].rpartition('$')[0]}${int(m[4]) + 2 * (int(m[4]) > 5)}" if m[3] else "")
            ),
            names,
        ).encode()

    typed("L8", 4)(file)
    rewritten(file, change)


def sheet_deleted(book):
    for name in list(book.defined_names):
        if "第3周" in (book.defined_names[name].attr_text or ""):
            book.defined_names[name].attr_text = "#REF!"
    del book["第3周"]


def sheet_renamed(book):
    book["第1周"]["L8"] = 4
    book["第1周"].title = "六月第一周"
    for defined in book.defined_names.values():
        defined.attr_text = (defined.attr_text or "").replace("第1周", "六月第一周")


def merged(book):
    book["第1周"]["L7"] = 6
    book["第1周"].merge_cells("L7:L9")


def columns_inserted(book):
    defined = book.defined_names["input.week1.accompany"]
    defined.attr_text = "第1周!$L$7:$M$11"


def unmerged(book):
    sheet = book["第1周"]
    (box,) = [one for one in sheet.merged_cells.ranges if one.bounds[1] > 11]
    sheet.unmerge_cells(str(box))
    first, row, *_ = box.bounds
    sheet.cell(row, first + 2).value = "写在旁边"


def name_deleted(book):
    del book.defined_names["input.week1.talks"]


def without_identity(book):
    for name in [name for name in book.defined_names if name.startswith("kpi_xl.")]:
        del book.defined_names[name]
    del book[identity_sheet.NAME]  # which says the same


def other_identity(field: str, value: str) -> Damage:
    def edit(book):
        book.defined_names[f"kpi_xl.{field}"].attr_text = f'"{value}"'

    return with_book(edit)


def number_format_date(book):
    book["第1周"]["L7"] = 5
    book["第1周"]["L7"].number_format = "yyyy-mm-dd"


def formatting(book):
    sheet = book["第1周"]
    sheet["L8"] = 4
    sheet["L8"].number_format = "0.00%"
    sheet.column_dimensions["L"].hidden = True
    sheet["L8"].comment = Comment("改过格式", "主管")
    sheet.protection.sheet = False


ASIDE: dict[str, tuple[str, Damage, str]] = {
    # ending, what is done, what is said
    "下载中断": (".xlsx", cut(0.6), "不完整|损坏"),
    "只剩开头": (".xlsx", cut(0.01), "不完整|损坏"),
    "空文件": (".xlsx", replaced(b""), "空的"),
    "文本改名": (".xlsx", replaced("不是工作簿".encode()), "不是 Excel 工作簿"),
    "网页改名": (".xls", replaced(b"<html><table><tr><td>1"), "网页"),
    "图片": (".png", replaced(b"\x89PNG\r\n\x1a\n" + b"0" * 99), "图片"),
    "打印件": (".pdf", replaced(b"%PDF-1.7 ..."), "PDF"),
    "文字表": (".csv", replaced("姓名,完成\n甲,1".encode("gbk")), "csv"),
    "旧格式": (".xls", replaced(
        bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 512 + "Workbook".encode("utf-16-le")
    ), "旧版 .xls"),
    "别的复合文件": (".xlsx", replaced(
        bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 512 + "WordDocument".encode("utf-16-le")
    ), "不是 Excel 工作簿"),
    "有密码": (".xlsx", lambda file: file.write_bytes(encrypted(file.read_bytes(), "x")), "密码"),
    "文档改名": (".xlsx", renamed_docx, "不是 Excel 工作簿"),
    "压缩包": (".xlsx", packed, "压缩包"),
    "没有标识": (".xlsx", with_book(without_identity), "没有下发时的标识"),
    "别的项目": (".xlsx", other_identity("distribution", "f" * 32), "不是这个项目下发的"),
    "改了单位": (".xlsx", other_identity("period", "2024-05"), "与下发记录不一致"),
    "改成别人": (".xlsx", other_identity("unit", "没有/这个组"), "不是这个项目下发的"),
    "内容损坏": (".xlsx", flipped_bytes, "损坏"),
    "缺少部件": (".xlsx", lambda file: rewritten(
        file, lambda parts: parts.pop("xl/worksheets/sheet2.xml")
    ), "缺少"),
    "XML断开": (".xlsx", in_part("xl/worksheets/sheet1.xml", rb"</sheetData>", b""), "损坏"),
    "解压炸弹": (".xlsx", zip_bomb, "恶意"),
    "许多小炸弹": (".xlsx", many_small_bombs, "恶意"),
    "XML炸弹": (".xlsx", xml_bomb, "恶意"),
    "外部实体": (".xlsx", external_entity, "恶意"),
    "百万元素": (".xlsx", many_elements, "恶意"),
    "锁文件": (".xlsx", lambda file: file.rename(file.with_name(f"~${file.name}")), "临时文件"),
    "隐藏文件": (".xlsx", lambda file: file.rename(file.with_name(f".{file.name}")), "系统的文件"),
    "没下载完": (".xlsx", renamed(".xlsx.crdownload"), "没有下载完"),
    "超大": (".xlsx", lambda file: os.truncate(file, 40 << 20), "MB"),
}  # fmt: skip
"""What cannot be used at all."""

PROBLEMS: dict[str, tuple[Damage, str]] = {
    "数字格写文字": (typed("L7", "去了两次"), "填的是文字"),
    "公式没有结果": (typed("L7", "=1+1"), "没有算出结果"),
    "公式出错": (typed("L7", "#DIV/0!"), "公式出错"),
    "负数": (typed("L7", -2), "在 0 到 20 之间"),
    "超出范围": (typed("L7", 500), "在 0 到 20 之间"),
    "小数": (typed("L7", 1.5), "要填整数"),
    "数字太大": (typed("L7", 10**20), "太大"),
    "真假": (typed("L7", True), "真"),
    "日期写成两位年": (typed("I4", "24.6.3", "关注名单"), "两位"),
    "日期太早": (typed("I4", dt.datetime(1980, 1, 1), "关注名单"), "不能小于"),
    "数字格成了日期": (with_book(number_format_date), "填的是日期"),
    "合并": (with_book(merged), "被合并"),
    "拆开合并": (with_book(unmerged), "拆开"),
    "删除工作表": (with_book(sheet_deleted), "找不到了"),
    "删除名称": (with_book(name_deleted), "找不到了"),
    "列数变了": (with_book(columns_inserted), "列数变了"),
}
"""What is collected but for some cells."""

HARMLESS: dict[str, Damage] = {
    "日期写成文字": typed("I4", "2024.6.3", "关注名单"),
    "数字写成文字": typed("L8", "４ 次".replace(" 次", "")),
    "插入两行": insert_rows,
    "工作表改名": with_book(sheet_renamed),
    "改格式": with_book(formatting),
    "公式一样开头的文字": typed("D4", "=不是公式".replace("=", "'=")),
    "改扩展名": renamed(".doc"),
}
"""What is collected whole."""

__all__ = ["ASIDE", "HARMLESS", "PROBLEMS", "of"]
