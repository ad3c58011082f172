"""Files damaged as disks, copies, other programs and hostile hands damage them."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping

Chance = random.Random
Damage = Callable[[bytes, Chance], bytes]


def _flipped(content: bytes, dice: Chance) -> bytes:
    found = bytearray(content)
    for _ in range(dice.choice([1, 1, 3, 20, 300])):
        found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def _zeroed(content: bytes, dice: Chance) -> bytes:
    begin = dice.randrange(len(content)) // 4096 * 4096
    end = dice.choice([begin + 4096, len(content)])
    return content[:begin] + bytes(len(content[begin:end])) + content[end:]


def _cut(content: bytes, dice: Chance) -> bytes:
    return content[: dice.randrange(len(content))]


def _without_the_beginning(content: bytes, dice: Chance) -> bytes:
    return content[dice.randrange(1, min(len(content), 5000)) :]


def _empty(content: bytes, dice: Chance) -> bytes:
    return b""


def _foreign(content: bytes, dice: Chance) -> bytes:
    return dice.choice([
        dice.randbytes(5000), b"<html><body>404 Not Found</body></html>", bytes(10_000),
        "另一个程序的文件".encode("utf-16"), b"PK\x03\x04" + dice.randbytes(300), b"{}", b"\n",
    ])  # fmt: skip


def _inserted(content: bytes, dice: Chance) -> bytes:
    at = dice.randrange(len(content))
    begin = dice.randrange(len(content))
    return content[:at] + content[begin : begin + dice.randrange(1, 5000)] + content[at:]


def _longer(content: bytes, dice: Chance) -> bytes:
    return content + dice.choice([b"\0", b"\0" * 100_000, content, dice.randbytes(100)])


ANY: tuple[Damage, ...] = (
    _flipped, _flipped, _zeroed, _cut, _without_the_beginning, _empty, _foreign, _inserted, _longer,
)  # fmt: skip


_ODD = (
    "1e400", "-1e400", "nan", "inf", "true", "0", "-1", "99999999999999999999999", "1e-400", "[]",
    "{}", '""', '"保单"', "'", '"', "[[[[", "2024-13-45", "0001-01-01", "9999-12-31", "\u202e",
    "\x00", "=1+1",
    "1" * 5000, "[" * 3000, "\ufeff", "＝", "１２３", "a.b.c", "[x]", "#", "\\u0000",
)  # fmt: skip


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")


def _a_word_replaced(content: bytes, dice: Chance) -> bytes:
    text = _text(content)
    words = list(re.finditer(r"[^\s,=\"\[\]]+|\"[^\"\n]*\"", text))
    if not words:
        return content
    word = dice.choice(words)
    return _bytes(text[: word.start()] + dice.choice(_ODD) + text[word.end() :])


def _a_line_moved(content: bytes, dice: Chance) -> bytes:
    lines = content.splitlines(keepends=True)
    line = lines.pop(dice.randrange(len(lines)))
    for _ in range(dice.choice([0, 1, 2, 500])):
        lines.insert(dice.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _in_another_encoding(content: bytes, dice: Chance) -> bytes:
    encoding = dice.choice(["gbk", "utf-16", "utf-16-le", "utf-32", "big5", "cp1252", "utf-7"])
    return _text(content).encode(encoding, errors="replace")


def _other_marks(content: bytes, dice: Chance) -> bytes:
    old, new = dice.choice([
        (b",", b";"), (b",", b"\t"), (b",", b""), (b"\n", b"\r"), (b"\n", b""), (b",", b",,"),
        (b",", b'"'), (b"=", b":"), (b'"', b"'"), (b"\n", b"\n\n"), (b"1", b"\0"),
    ])  # fmt: skip
    return content.replace(old, new, dice.choice([1, 7, -1]))


def _a_long_line(content: bytes, dice: Chance) -> bytes:
    return content + dice.choice([b",", b"x", b'"', b"1,"]) * 2_000_000


TEXT: tuple[Damage, ...] = (
    *ANY, _a_word_replaced, _a_word_replaced, _a_word_replaced, _a_word_replaced, _a_line_moved,
    _in_another_encoding, _other_marks, _a_long_line,
)  # fmt: skip


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {name: source.read(name) for name in source.namelist()}


def _packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return out.getvalue()


def _part(parts: Mapping[str, bytes], dice: Chance) -> str:
    """One of the parts; each kind is as likely as any other."""
    kinds: dict[str, list[str]] = {}
    for name in parts:
        kinds.setdefault(re.sub(r"\d+", "", name), []).append(name)
    return dice.choice(kinds[dice.choice(sorted(kinds))])


def _a_part_missing(content: bytes, dice: Chance) -> bytes:
    parts = _parts(content)
    del parts[_part(parts, dice)]
    return _packed(parts)


def _a_part_damaged(content: bytes, dice: Chance) -> bytes:
    parts = _parts(content)
    name = _part(parts, dice)
    parts[name] = dice.choice(ANY)(parts[name] or b"x", dice)
    return _packed(parts)


def _parts_swapped(content: bytes, dice: Chance) -> bytes:
    parts = _parts(content)
    one, other = _part(parts, dice), _part(parts, dice)
    parts[one], parts[other] = parts[other], parts[one]
    return _packed(parts)


def _a_part_under_another_name(content: bytes, dice: Chance) -> bytes:
    parts = _parts(content)
    name = _part(parts, dice)
    found = parts.pop(name)
    parts[
        dice.choice([name.upper(), "/" + name, "../" + name, name.replace("/", "\\"), "x.xml"])
    ] = found
    return _packed(parts)


_VALUES = (
    "", "-1", "0", "1e400", "NaN", "99999999999999999999", "4294967296", "XFD1048576", "A0",
    "ZZZZ9", "$", "../../x.xml", "/", "http://example.com/x", "rId999", "true", "inlineStr", "s",
    "e",
    "A1:XFD1048576", "9999-12-31T23:59:59Z", "#REF!", "_xlnm.Print_Area", "\u202e", "x" * 40_000,
)  # fmt: skip


def _xml(content: bytes, dice: Chance, change: Callable[[str, Chance], str]) -> bytes:
    parts = _parts(content)
    names = [name for name in parts if name.endswith((".xml", ".rels", ".vml"))]
    name = _part({name: parts[name] for name in names}, dice)
    parts[name] = _bytes(change(_text(parts[name]), dice))
    return _packed(parts)


def _a_value(text: str, dice: Chance) -> str:
    values = list(re.finditer(r'(?<==")[^"]*(?=")|(?<=>)[^<>]+(?=<)', text))
    if not values:
        return text
    for value in sorted(dice.sample(values, min(len(values), dice.choice([1, 1, 5]))), key=_begin)[
        ::-1
    ]:
        text = text[: value.start()] + dice.choice(_VALUES) + text[value.end() :]
    return text


def _begin(found: re.Match[str]) -> int:
    return found.start()


def _a_tag(text: str, dice: Chance) -> str:
    tags = list(re.finditer(r"<[^>]*>", text))
    if not tags:
        return text
    tag = dice.choice(tags)
    new = dice.choice(
        ["", tag[0] * 2, "<x/>", tag[0].replace(":", "", 1), re.sub(r'\s\w+="[^"]*"', "", tag[0])]
    )
    return text[: tag.start()] + new + text[tag.end() :]


def _an_element(text: str, dice: Chance) -> str:
    found = list(re.finditer(r"<(\w+)\b[^<>]*(?<!/)>[^<>]*</\1>|<\w[^<>]*/>", text))
    if not found:
        return text
    one = dice.choice(found)
    return text[: one.start()] + one[0] * dice.choice([0, 2, 1000]) + text[one.end() :]


def _nested(text: str, dice: Chance) -> str:
    depth = dice.choice([300, 5_000, 100_000])
    at = dice.choice([found.end() for found in re.finditer(r">", text)] or [0])
    return text[:at] + "<x>" * depth + "</x>" * depth + text[at:]


def _entities(text: str, dice: Chance) -> str:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    head = re.match(r"\s*(<\?xml[^>]*\?>)?", text)
    at = head.end() if head else 0
    return (
        text[:at]
        + doctype
        + re.sub(r"(?<=>)[^<>]+(?=<)", dice.choice(["&e9;", "&f;"]), text[at:], count=1)
    )


def _another_encoding(text: str, dice: Chance) -> str:
    return re.sub(
        r'encoding="[^"]*"', f'encoding="{dice.choice(["utf-16", "gbk", "x", ""])}"', text, count=1
    )


_CHANGES = (
    _a_value,
    _a_value,
    _a_value,
    _a_tag,
    _a_tag,
    _an_element,
    _nested,
    _entities,
    _another_encoding,
)


def _xml_damaged(content: bytes, dice: Chance) -> bytes:
    return _xml(content, dice, dice.choice(_CHANGES))


def _a_bomb(content: bytes, dice: Chance) -> bytes:
    """A part that is a thousand times as large as it looks, and sometimes lies about it."""
    parts = _parts(content)
    name = _part(parts, dice)
    size = 100 << 20
    parts[name] = dice.choice([b" ", b"<x/>", b"<row r='1'>"]) * size
    parts[name] = parts[name][:size]
    packed = _packed(parts)
    if dice.random() < 0.5:
        packed = packed.replace(size.to_bytes(4, "little"), (77).to_bytes(4, "little"))
    return packed


WORKBOOK: tuple[Damage, ...] = (
    *ANY, _a_part_missing, _a_part_missing, _a_part_damaged, _a_part_damaged, _parts_swapped,
    _a_part_under_another_name, *[_xml_damaged] * 10, _a_bomb,
)  # fmt: skip
