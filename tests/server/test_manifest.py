"""The manifest: what Excel's own rules say of it, and that all it points to is there."""

from __future__ import annotations

import re
import struct
import uuid
from xml.etree import ElementTree

import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

import workbook_templates
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.server import Entra, ServerSettings
from server.conftest import ROOT
from udfs.commands import SERVED, SERVED_GROUPS
from udfs.server.manifest import SHORT, manifest

ADDRESS = "https://kpi.example.com:8443"
OVERRIDES = "{http://schemas.microsoft.com/office/taskpaneappversionoverrides}"
APP = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
BASIC = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
SITE = ROOT / "udfs" / "server" / "site"


@pytest.fixture(scope="module")
def tree():
    return ElementTree.fromstring(manifest(ServerSettings(address=ADDRESS)))


def resources(tree):
    return {
        one.get("id"): one for one in tree.iter() if one.tag.startswith(BASIC) and one.get("id")
    }


def label(tree, element):
    return resources(tree)[element.find(f"{OVERRIDES}Label").get("resid")].get("DefaultValue")


def test_the_same_settings_give_the_same_bytes():
    one = manifest(ServerSettings(address=ADDRESS))
    assert one == manifest(ServerSettings(address=ADDRESS))
    another = manifest(ServerSettings(address="https://kpi.example.org"))
    ids = [re.search(rb"<Id>(.*?)</Id>", text)[1].decode() for text in (one, another)]
    assert ids[0] != ids[1]
    assert [str(uuid.UUID(text)) for text in ids] == ids


def test_references_lengths_and_addresses(tree):
    known = resources(tree)
    used = [one.get("resid") for one in tree.iter() if one.get("resid")]
    assert set(used) == set(known)
    assert all(len(name) <= 32 for name in known)
    names = [one.get("id") for one in tree.iter() if one.tag.startswith(BASIC) and one.get("id")]
    assert len(names) == len(set(names))
    controls = [
        one.get("id") for one in tree.iter() if one.tag.startswith(OVERRIDES) and one.get("id")
    ]
    assert len(controls) == len(set(controls))
    for parent, longest in ((f"{BASIC}ShortStrings", SHORT), (f"{BASIC}LongStrings", 2 * SHORT)):
        for text in tree.iter(parent):
            assert all(0 < len(one.get("DefaultValue")) <= longest for one in text)
    tags = {f"{BASIC}Image", f"{BASIC}Url", f"{APP}IconUrl", f"{APP}HighResolutionIconUrl"}
    addresses = [one.get("DefaultValue") for one in tree.iter() if one.tag in tags]
    assert all(one.startswith(f"{ADDRESS}/") for one in addresses if one)
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", tree.find(f"{APP}Version").text)
    # Elements stand in the order that the schema wants.
    order = [one.tag.removeprefix(APP) for one in tree]
    assert order[:9] == [
        "Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl",
        "HighResolutionIconUrl", "SupportUrl",
    ]  # fmt: skip
    assert order[9:] == [
        "AppDomains",
        "Hosts",
        "Requirements",
        "DefaultSettings",
        "Permissions",
    ] or (order[9:14] == ["AppDomains", "Hosts", "Requirements", "DefaultSettings", "Permissions"])


def test_the_tab_has_the_items_of_the_classic_one(tree):
    groups = list(tree.iter(f"{OVERRIDES}Group"))
    assert [label(tree, one) for one in groups] == [name for name, _ in SERVED_GROUPS]
    controls = list(tree.iter(f"{OVERRIDES}Control"))
    assert [label(tree, one) for one in controls] == [one.label for one in SERVED]
    for command, control in zip(SERVED, controls, strict=True):
        tip = control.find(f"{OVERRIDES}Supertip/{OVERRIDES}Description").get("resid")
        assert resources(tree)[tip].get("DefaultValue") == command.tip
        items = list(control.iter(f"{OVERRIDES}Item"))
        wanted = list(workbook_templates.NAMES) if command.of_template else []
        assert [label(tree, one) for one in items] == wanted


def test_functions_have_no_namespace(tree):
    """So that =KPI_ACTIVITY(…) is =KPI_ACTIVITY(…) in every Excel."""
    assert list(tree.iter(f"{OVERRIDES}Namespace")) == []


def test_pictures_are_what_they_say():
    for size in (16, 32, 80):
        content = (SITE / f"static/images/icons/kpi-{size}.png").read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", content[16:24]) == (size, size)


def test_who_logs_in_with_entra_id():
    entra = Entra("the-tenant", "the-client", "https://example.com/keys")
    text = manifest(ServerSettings(address=ADDRESS, entra=entra)).decode()
    assert "<Resource>api://kpi.example.com:8443/the-client</Resource>" in text
    assert "WebApplicationInfo" not in manifest(ServerSettings(address=ADDRESS)).decode()


def test_every_action_is_connected(tree):
    from udfs.server.commands import as_javascript

    script = as_javascript(Settings())
    names = [one.text for one in tree.iter(f"{OVERRIDES}FunctionName")]
    assert len(names) == len(set(names)) > 40
    assert all(f'["{name}",' in script for name in names)
