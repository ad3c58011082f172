"""Named formulas in a file: valid, removable, and nothing else of the workbook is touched."""

import re
import zipfile

import openpyxl
import pytest

import workbook_templates
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import workbook
from office import needs_node_validator, open_xml_sdk_errors, openxml_audit_errors
from udfs.lambdas.names import names
from udfs.lambdas.workbook import with_names, without_names


def parts(file):
    with zipfile.ZipFile(file) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def with_a_workbook_part(file, change):
    """The same workbook with its workbook part changed."""
    content = parts(file)
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, change(part) if name == "xl/workbook.xml" else part)


@pytest.fixture
def plain(tmp_path):
    """A workbook without any name."""
    file = tmp_path / "表.xlsx"
    openpyxl.Workbook().save(file)
    return file


@pytest.fixture
def named(tmp_path):
    """One with names of its own, and one of them is 活动率."""
    book = openpyxl.Workbook()
    for name in ("活动率", "我的"):
        book.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(
            name, attr_text="Sheet!$A$1"
        )
    book.save(tmp_path / "名.xlsx")
    return tmp_path / "名.xlsx"


def prefixed(content):
    """The part as programs write it that give every element a prefix."""
    text = re.sub(r"<(/?)(\w)", r"<\1x:\2", content.decode()).replace("<?x:xml", "<?xml")
    return text.replace("xmlns=", "xmlns:x=", 1).encode()


def without_a_list(content):
    """The part without its empty list of names, or with an empty one as some programs write it."""
    return re.sub(rb"<(?:x:)?definedNames ?/>", b"", content)


@pytest.mark.parametrize("change", [bytes, prefixed, without_a_list])
def test_what_was_put_in_is_taken_out_to_the_byte(plain, change):
    with_a_workbook_part(plain, change)
    before = parts(plain)
    found = with_names(plain)
    assert len(found.put) > 200
    plain.write_bytes(found.content)
    assert len(workbook(Package(plain)).names) == len(names())
    assert {name for name, part in parts(plain).items() if part != before[name]} == {
        "xl/workbook.xml"
    }
    again = with_names(plain)
    assert again.content == found.content
    assert sorted(again.removed) == sorted(found.put)
    plain.write_bytes(without_names(plain).content)
    after = parts(plain)
    assert after["xl/workbook.xml"] == without_a_list(before["xl/workbook.xml"])


def test_names_of_its_own_stay(named):
    before = parts(named)
    found = with_names(named)
    assert found.taken == ["活动率"]
    named.write_bytes(found.content)
    own = {name: text for name, _, text in workbook(Package(named)).names}
    assert own["活动率"] == own["我的"] == "Sheet!$A$1"
    named.write_bytes(without_names(named).content)
    assert parts(named) == before


@pytest.mark.parametrize("name", ["月度KPI表", "周工作计划"])
def test_an_official_template_keeps_everything_else(name, tmp_path):
    file = tmp_path / "模板.xlsx"
    file.write_bytes(workbook_templates.path(name).read_bytes())
    before = parts(file)
    file.write_bytes(with_names(file).content)
    file.write_bytes(without_names(file).content)
    assert parts(file) == before


@needs_node_validator
def test_it_is_a_workbook_by_both_validators(tmp_path):
    files = [tmp_path / f"{name}.xlsx" for name in ("月度KPI表", "主管日程")]
    for file in files:
        template = workbook_templates.path(file.stem)
        file.write_bytes(with_names(template).content)
        assert openxml_audit_errors(file) == []
    assert [errors for errors in open_xml_sdk_errors(files).values() if errors] == []


def test_every_name_is_one_that_excel_takes():
    found = [name.name for name in names()]
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert re.fullmatch(r"[^\W\d][\w.]*", name), name
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[RrCc]\d*|[Rr]\d*[Cc]\d*", name), name


def test_a_formula_is_shown_as_people_type_it():
    typed = {name.name: name.typed for name in names()}
    assert typed["活动率"].startswith("=LAMBDA(举绩人数,期初人数,期末人数,IF(AND(")
    assert "_xl" not in "".join(typed.values())


def test_the_command_puts_in_and_takes_out(plain, capsys):
    before = parts(plain)
    app.main(["template", "lambdas", str(plain)], standalone_mode=False)
    assert "写入了" in capsys.readouterr().out
    app.main(["template", "lambdas", str(plain), "--remove"], standalone_mode=False)
    assert "去掉了" in capsys.readouterr().out
    assert parts(plain).keys() == before.keys()


def test_what_is_no_workbook_stays_as_it_is(tmp_path):
    file = tmp_path / "表.xlsx"
    file.write_bytes(b"no workbook")
    with pytest.raises(InputError):
        with_names(file)
    assert file.read_bytes() == b"no workbook"


def test_filled_official_templates_can_carry_them(tmp_path):
    """As `fill --with-formulas` makes them; without, none is there."""
    from kpi_xl.jobs.fill import fill
    from small_branch import TWO_DEPARTMENTS, small_branch

    made = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    for template in ("月度KPI表", "周工作计划"):
        plain = {file: file.read_bytes() for file in fill(made, template).files}
        named = fill(made, template, finish=lambda file, content: with_names(file, content).content)
        assert set(named.files) == set(plain)
        file = named.files[0]
        assert openxml_audit_errors(file) == []
        removed = without_names(file)
        assert len(removed.removed) > 200
        for each, content in (("named", removed.content), ("plain", plain[file])):
            (tmp_path / each).write_bytes(content)
        assert parts(tmp_path / "named") == parts(tmp_path / "plain")
