"""Files and slots that are refused, with a reason people can act upon, before anything is made."""

import io
import re
import struct
import zipfile
import zlib

import pytest

from kpi_xl.errors import InputError
from kpi_xl.workbook import Template, read

SHEET1 = "xl/worksheets/sheet1.xml"


@pytest.fixture
def plain(small):
    return small({"a": "表!$A$1"}, {"A1": 1})


def refusals(path):
    """What both the filler and the reader say; they must say the same."""
    said = []
    for attempt in (Template, read):
        with pytest.raises(InputError) as caught:
            attempt(path)
        assert caught.value.file == path
        assert caught.value.advice
        said.append(str(caught.value))
    assert said[0] == said[1]
    return said[0]


class TestFiles:
    def test_missing_file_and_folder(self, tmp_path):
        assert "找不到这个文件" in refusals(tmp_path / "没有.xlsx")
        assert "文件夹" in refusals(tmp_path)

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "0 字节"),
            ("单位,目标\n".encode(), "不是 .xlsx"),
            (b"<html><table></table></html>", "不是 .xlsx"),
            (b"PK\3\4" + b"\0" * 100, "不完整"),
            (b"PK\5\6" + b"\0" * 18, "不完整"),
        ],
    )
    def test_not_a_workbook(self, tmp_path, content, why):
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        assert why in refusals(path)

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
    def test_half_written(self, plain, part):
        whole = plain.read_bytes()
        plain.write_bytes(whole[: int(len(whole) * part)])
        assert "不完整或已损坏" in refusals(plain)

    def test_damaged_in_the_middle(self, plain):
        content = bytearray(plain.read_bytes())
        with zipfile.ZipFile(plain) as archive:
            info = archive.getinfo(SHEET1)
        at = info.header_offset + 30 + len(SHEET1) + info.compress_size // 2
        content[at] ^= 0xFF
        plain.write_bytes(content)
        assert SHEET1 in refusals(plain)

    def test_password(self, plain, tmp_path):
        msoffcrypto = pytest.importorskip("msoffcrypto")
        ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
        path = tmp_path / "密.xlsx"
        with plain.open("rb") as source, path.open("wb") as target:
            ooxml.OOXMLFile(source).encrypt("secret", target)
        with path.open("rb") as file:
            assert msoffcrypto.OfficeFile(file).is_encrypted()
        assert "设有打开密码" in refusals(path)

    def test_old_xls(self, tmp_path):
        path = tmp_path / "旧.xls"
        header = bytes.fromhex("D0CF11E0A1B11AE1")
        path.write_bytes(header + b"\0" * 504 + "Workbook".encode("utf-16-le") + b"\0" * 100)
        assert "旧版 .xls" in refusals(path)
        path.write_bytes(header + b"\0" * 600)
        assert "不是 .xlsx" in refusals(path)

    def test_zip_encryption(self, plain):
        content = bytearray(plain.read_bytes())
        with zipfile.ZipFile(plain) as archive:
            offset = archive.start_dir
        content[offset + 8] |= 1
        plain.write_bytes(content)
        assert "压缩包加密" in refusals(plain)

    def test_damaged_zip64_directory(self, plain):
        content = plain.read_bytes()
        end = content.rindex(b"PK\5\6")
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        plain.write_bytes(content[:end] + locator + content[end:])
        assert "不完整" in refusals(plain)

    def test_unusual_compression(self, plain, tmp_path):
        path = tmp_path / "x.xlsx"
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
        assert "压缩方式" in refusals(path)

    @pytest.mark.parametrize("second", [SHEET1, SHEET1.upper()])
    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_duplicate_entries(self, plain, second):
        with zipfile.ZipFile(plain, "a") as archive:
            archive.writestr(second, "<worksheet/>")
        assert "同名部件" in refusals(plain)

    def test_bomb(self, plain):
        with zipfile.ZipFile(plain, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/image1.png", b"\0" * (64 << 20))
        assert "大得不正常" in refusals(plain)

    def test_bomb_that_lies_about_its_size(self, plain, edit):
        plain = edit(plain, {SHEET1: lambda xml: xml + b" " * (8 << 20)})
        content = bytearray(plain.read_bytes())
        with zipfile.ZipFile(plain) as archive:
            info, offset = archive.getinfo(SHEET1), archive.start_dir
            for other in archive.infolist():
                if other is info:
                    break
                offset += 46 + len(other.filename) + len(other.extra) + len(other.comment)
        struct.pack_into("<L", content, info.header_offset + 22, 1000)
        struct.pack_into("<L", content, offset + 24, 1000)
        plain.write_bytes(content)
        assert SHEET1 in refusals(plain)


class TestParts:
    def test_strict(self, plain, edit):
        strict = b"http://purl.oclc.org/ooxml/"

        def change(xml: bytes) -> bytes:
            xml = xml.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/", strict + b"spreadsheetml/"
            )
            return xml.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                strict + b"officeDocument/relationships",
            )

        relations = "xl/_rels/workbook.xml.rels"
        assert "Strict" in refusals(edit(plain, {"_rels/.rels": change}))
        assert "Strict" in refusals(edit(plain, {"xl/workbook.xml": change}))
        assert "Strict" in refusals(edit(plain, {relations: change}))

    @pytest.mark.parametrize("kind", ["template.main", "addin.macroEnabled.main"])
    def test_what_excel_would_not_open_as_a_workbook_is_no_template(self, plain, edit, kind):
        path = edit(
            plain,
            {"[Content_Types].xml": lambda xml: xml.replace(b"sheet.main+", f"{kind}+".encode())},
        )
        with pytest.raises(InputError, match="不是工作簿"):
            Template(path)

    def test_no_workbook_part(self, plain, edit):
        path = edit(plain, {"_rels/.rels": lambda xml: xml.replace(b'officeDocument"', b'other"')})
        assert "缺少 workbook 部件" in refusals(path)
        path = edit(plain, {"_rels/.rels": lambda xml: xml.replace(b"workbook.xml", b"gone.xml")})
        assert "缺少 workbook 部件" in refusals(path)

    def test_other_zip_files(self, tmp_path, plain, edit):
        path = tmp_path / "x.docx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        assert "缺少 workbook 部件" in refusals(path)
        document = b'<document xmlns="http://x"/>'
        assert "不是 Excel 工作簿" in refusals(edit(plain, {"xl/workbook.xml": lambda _: document}))

    def test_binary_workbook(self, plain):
        content = plain.read_bytes().replace(b"xl/workbook.xml", b"xl/workbook.bin")
        plain.write_bytes(content)
        with zipfile.ZipFile(plain) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin")
        with zipfile.ZipFile(plain, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        assert "xlsb" in refusals(plain)

    def test_missing_sheet_part(self, plain, edit):
        path = edit(
            plain, {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"sheet1.xml", b"no.xml")}
        )
        assert "缺少工作表「表」" in refusals(path)

    @pytest.mark.parametrize("part", [SHEET1, "xl/workbook.xml", "xl/styles.xml"])
    @pytest.mark.parametrize(
        "prolog",
        [
            b'<!DOCTYPE x [<!ENTITY a "b">]>',
            b"<?xml version='1.0'?>\n<!-- c --><?pi?> <!DOCTYPE x>",
            b"\xef\xbb\xbf<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
        ],
    )
    def test_document_types(self, plain, edit, part, prolog):
        def change(xml: bytes) -> bytes:
            return prolog + re.sub(rb"<\?xml.*?\?>", b"", xml)

        assert "DOCTYPE" in refusals(edit(plain, {part: change}))

    def test_other_encodings(self, plain, edit):
        path = edit(plain, {SHEET1: lambda xml: xml.decode().encode("utf-16")})
        assert "UTF-8" in refusals(path)
        declared = b"<?xml version='1.0' encoding='GBK'?>"
        assert "UTF-8" in refusals(edit(plain, {SHEET1: lambda xml: declared + xml}))

    @pytest.mark.parametrize("part", [SHEET1, "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"])
    def test_broken_xml(self, plain, edit, part):
        assert "已损坏" in refusals(edit(plain, {part: lambda xml: xml[: len(xml) // 2]}))

    def test_missing_shared_text(self, rich, edit):
        path = edit(rich, {"xl/sharedStrings.xml": lambda xml: re.sub(rb"<si>.*</si>", b"", xml)})
        with pytest.raises(InputError, match="工作表「参数」的内容已损坏"):
            read(path)

    def test_names_over_too_many_cells(self, small):
        names = {f"n{number}": "表!$A$1:$A$900000" for number in range(3)}
        with pytest.raises(InputError, match="单元格太多"):
            read(small(names))


class TestSlots:
    def test_unknown_name(self, rich):
        with pytest.raises(
            InputError, match=r"没有名称「kpi.01.目标值」。相近的有 .*「kpi.01.目标」"
        ):
            Template(rich).fill({"kpi.01.目标值": 1})
        with pytest.raises(InputError, match="没有名称「zzz」。"):
            Template(rich).fill({"zzz": 1})

    def test_merged_tail(self, small):
        template = Template(
            small({"a": "表!$B$1"}, finish=lambda book: book.active.merge_cells("A1:C2"))
        )
        with pytest.raises(InputError, match="合并单元格 A1:C2 里，但不是它的左上角") as caught:
            template.fill({"a": 1})
        assert (caught.value.sheet, caught.value.file) == ("表", template.path)

    def test_heading_of_a_table(self, rich):
        with pytest.raises(InputError, match="表格的标题行"):
            Template(rich).fill({"周计划.标题": "别的"})

    def test_pivot_table(self, small):
        path = small({"in": "表!$B$4", "out": "表!$D$4"})
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotTable"
        parts["xl/pivotTables/pivotTable1.xml"] = (
            f'<pivotTableDefinition xmlns="{main}" name="透视" cacheId="1">'
            '<location ref="A3:C9" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
            "</pivotTableDefinition>"
        ).encode()
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{kind}" Target="../pivotTables/pivotTable1.xml"/>'
            "</Relationships>"
        ).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        template = Template(path)
        assert template.fill({"out": 1})
        with pytest.raises(InputError, match="数据透视表"):
            template.fill({"in": 1})


def test_every_cut_of_a_file_is_refused_or_read(plain):
    """However a copy was cut off, nothing but a refusal comes of it."""
    whole = plain.read_bytes()
    for size in range(0, len(whole) - 1, 97):
        plain.write_bytes(whole[:size])
        with pytest.raises(InputError):
            read(plain)


def test_every_flipped_byte_is_refused_or_harmless(plain):
    """Damage is found, or is in a place that says nothing about the content."""
    whole, expected = plain.read_bytes(), read(plain)
    for at in range(0, len(whole), 53):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        plain.write_bytes(damaged)
        try:
            found = read(plain)
            Template(plain)
        except InputError:
            continue
        assert found in (expected, {})


def test_checksum_of_what_is_written(plain):
    filled = Template(plain).fill({"a": "文字"})
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        assert archive.testzip() is None
        assert all(zlib.crc32(archive.read(info)) == info.CRC for info in archive.infolist())
