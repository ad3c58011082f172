"""The add-in's manifest for Excel: its page, its functions, and the KPI tab.

The functions have no namespace, so they have the names that the classic add-in gives them. The
same settings give the same file, byte for byte.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import quoteattr

import workbook_templates
from kpi_xl import __version__
from kpi_xl.settings.server import ServerSettings
from udfs.commands import SERVED_GROUPS, Command

SHORT: Final = 125
"""So many characters may labels have; tips twice as many."""

_ICONS: Final = (16, 32, 80)
_PAGE: Final = "taskpane.html"
_NAME: Final = "KPI"
_ABOUT: Final = "KPI 公式和官方模板：填写、刷新、诊断，和命令行、桌面加载项的结果相同。"


def manifest(settings: ServerSettings) -> bytes:
    """The manifest, in XML, as Excel on Windows, Mac and the web takes it.

    Parameters
    ----------
    settings : ServerSettings
        The address is what the number of the add-in is made of.
    """
    return _Manifest(settings).content()


def action(command: Command, place: int | None = None) -> str:
    """How the page knows a button, or a template in its menu, counting from 1."""
    return command.name if place is None else f"{command.name}.{place}"


class _Manifest:
    def __init__(self, settings: ServerSettings) -> None:
        self._address = settings.address
        self._entra = settings.entra
        self._short: dict[str, str] = {}
        self._long: dict[str, str] = {}

    def content(self) -> bytes:
        groups = "".join(self._groups())
        page = self._url(_PAGE)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0"'
            ' xsi:type="TaskPaneApp">\n'
            f"<Id>{uuid.uuid5(uuid.NAMESPACE_URL, self._address)}</Id>\n"
            f"<Version>{__version__}.0</Version>\n"
            "<ProviderName>kpi_xl</ProviderName>\n"
            "<DefaultLocale>zh-CN</DefaultLocale>\n"
            f"<DisplayName DefaultValue={quoteattr(_NAME)}/>\n"
            f"<Description DefaultValue={quoteattr(_ABOUT)}/>\n"
            f"<IconUrl DefaultValue={self._icon(32)}/>\n"
            f"<HighResolutionIconUrl DefaultValue={self._icon(80)}/>\n"
            f"<SupportUrl DefaultValue={page}/>\n"
            f"<AppDomains><AppDomain>{self._address}</AppDomain></AppDomains>\n"
            '<Hosts><Host Name="Workbook"/></Hosts>\n'
            '<Requirements><Sets DefaultMinVersion="1.1">'
            '<Set Name="SharedRuntime" MinVersion="1.1"/></Sets></Requirements>\n'
            f"<DefaultSettings><SourceLocation DefaultValue={page}/></DefaultSettings>\n"
            "<Permissions>ReadWriteDocument</Permissions>\n"
            "<VersionOverrides"
            ' xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides"'
            ' xsi:type="VersionOverridesV1_0">\n'
            '<Hosts><Host xsi:type="Workbook">\n'
            '<Runtimes><Runtime resid="page" lifetime="long"/></Runtimes>\n'
            '<AllFormFactors><ExtensionPoint xsi:type="CustomFunctions">'
            '<Script><SourceLocation resid="functions.code"/></Script>'
            '<Page><SourceLocation resid="page"/></Page>'
            '<Metadata><SourceLocation resid="functions.meta"/></Metadata>'
            "</ExtensionPoint></AllFormFactors>\n"
            '<DesktopFormFactor><FunctionFile resid="page"/>\n'
            '<ExtensionPoint xsi:type="PrimaryCommandSurface"><CustomTab id="kpi.tab">\n'
            f"{groups}"
            f'<Label resid="{self._text("tab.label", _NAME)}"/></CustomTab></ExtensionPoint>\n'
            "</DesktopFormFactor></Host></Hosts>\n"
            f"<Resources>\n{self._resources()}</Resources>\n{self._login()}"
            "</VersionOverrides>\n</OfficeApp>\n"
        ).encode()

    def _groups(self) -> Iterator[str]:
        for number, (label, commands) in enumerate(SERVED_GROUPS, 1):
            name = f"group{number}"
            controls = "".join(
                self._menu(one) if one.of_template else self._button(one) for one in commands
            )
            yield (
                f'<Group id="kpi.{name}"><Label resid="{self._text(f"{name}.label", label)}"/>'
                f"{_icons()}\n{controls}</Group>\n"
            )

    def _button(self, command: Command) -> str:
        return (
            f'<Control xsi:type="Button" id="kpi.{command.name}">{self._words(command)}'
            f"{_icons()}{_does(action(command))}</Control>\n"
        )

    def _menu(self, command: Command) -> str:
        items = []
        for place, template in enumerate(workbook_templates.NAMES, 1):
            label = self._text(f"template{place}.label", template)
            items.append(
                f'<Item id="kpi.{command.name}.{place}"><Label resid="{label}"/>'
                f'<Supertip><Title resid="{label}"/>'
                f'<Description resid="{command.name}.tip"/></Supertip>'
                f"{_does(action(command, place))}</Item>\n"
            )
        return (
            f'<Control xsi:type="Menu" id="kpi.{command.name}">{self._words(command)}'
            f"{_icons()}\n<Items>\n{''.join(items)}</Items></Control>\n"
        )

    def _words(self, command: Command) -> str:
        label = self._text(f"{command.name}.label", command.label)
        tip = f"{command.name}.tip"
        self._long[tip] = command.tip
        return (
            f'<Label resid="{label}"/><Supertip><Title resid="{label}"/>'
            f'<Description resid="{tip}"/></Supertip>'
        )

    def _text(self, name: str, text: str) -> str:
        self._short[name] = text
        return name

    def _resources(self) -> str:
        images = [(f"icon{size}", self._icon(size)) for size in _ICONS]
        urls = [
            ("page", self._url(_PAGE)),
            ("functions.code", self._url("xlwings/custom-functions-code.js")),
            ("functions.meta", self._url("xlwings/custom-functions-meta.json")),
        ]
        return "".join(
            f"<bt:{kind}s>\n"
            + "".join(f'<bt:{tag} id="{name}" DefaultValue={text}/>\n' for name, text in given)
            + f"</bt:{kind}s>\n"
            for kind, tag, given in (
                ("Image", "Image", images),
                ("Url", "Url", urls),
                ("ShortString", "String", [(n, quoteattr(t)) for n, t in self._short.items()]),
                ("LongString", "String", [(n, quoteattr(t)) for n, t in self._long.items()]),
            )
        )

    def _login(self) -> str:
        """Where Excel gets a token for whoever is logged in."""
        if self._entra is None:
            return ""
        host = self._address.removeprefix("https://")
        return (
            f"<WebApplicationInfo><Id>{self._entra.client}</Id>"
            f"<Resource>api://{host}/{self._entra.client}</Resource>"
            "<Scopes><Scope>openid</Scope><Scope>profile</Scope></Scopes></WebApplicationInfo>\n"
        )

    def _url(self, path: str) -> str:
        return quoteattr(f"{self._address}/{path}")

    def _icon(self, size: int) -> str:
        return self._url(f"static/images/icons/kpi-{size}.png")


def _icons() -> str:
    images = "".join(f'<bt:Image size="{size}" resid="icon{size}"/>' for size in _ICONS)
    return f"<Icon>{images}</Icon>"


def _does(name: str) -> str:
    return f'<Action xsi:type="ExecuteFunction"><FunctionName>{name}</FunctionName></Action>'
