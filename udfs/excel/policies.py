"""Policies of an organisation, of Excel or of the user that keep the add-in from running."""

from __future__ import annotations

import ntpath
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.fault import Fault, Kind
from udfs.excel.registry import Registry, Value
from udfs.finding import Finding

_OFFICE: Final = r"Software\{}Microsoft\Office\16.0"
_EXCEL: Final = rf"{_OFFICE}\Excel"
_ROOTS: Final = ("HKCU", "HKLM")
_POLICIES: Final = ("Policies\\", "")
"""What an organisation prescribes comes first; without it the user's own settings hold."""

_MACROS: Final[tuple[tuple[str, str, frozenset[int], Kind], ...]] = (
    (rf"{_EXCEL}\Security", "DisableAllAddins", frozenset({1}), kinds.ADDINS_DISABLED),
    (rf"{_EXCEL}\Security", "RequireAddinSig", frozenset({1}), kinds.ADDINS_SIGNED),
    (rf"{_OFFICE}\Common", "VBAOff", frozenset({1}), kinds.VBA_OFF),
    (rf"{_EXCEL}\Security\Trusted Locations", "AllLocationsDisabled", frozenset({1}),
     kinds.NO_TRUSTED_LOCATIONS),
    (rf"{_EXCEL}\Security", "VBAWarnings", frozenset({4}), kinds.MACROS_DISABLED),
)  # fmt: skip
"""Key, value, what of it is in the way, and what is said then; the hardest first."""

_SYSTEM: Final = r"HKCU\Software\Policies\Microsoft\Windows\System"
_APPLOCKER: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Exe"
_DEFENDER: Final = r"HKLM\SOFTWARE\{}Microsoft\Windows Defender"
_RULES: Final = r"\Windows Defender Exploit Guard\ASR\Rules"
_IN_THE_WAY: Final = {
    "d4f940ab-401b-4efc-aadc-ad5f3c50688a": "Office 不得启动别的程序",
    "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b": "Office 的宏不得调用 Win32 API",
    "01443614-cd74-433a-b99e-2ecdc07bfc25": "不常见的程序不得运行",
}
"""Rules of Defender that what starts Python runs into, by their numbers at Microsoft."""

_BLOCKS: Final = frozenset({"1", "6"})
"""A rule blocks, or blocks until somebody allows it; 2 only writes it down."""


def findings(
    addin: Path, registry: Registry, environment: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Check all policies that can be read without being an administrator.

    Parameters
    ----------
    addin : Path
        The file of the add-in.
    registry : Registry
        The registry of Windows, or one that stands in for it.
    environment : mapping of str to str
        The variables that paths in the registry are written with.
    """
    yield _found("宏安全", _macros(registry), "没有妨碍加载项的策略")
    yield _found("受信任位置", _location(addin, registry, environment), "XLSTART 在里面")
    yield _found("禁用项目", _disabled(addin, registry), "Excel 没有禁用加载项")
    yield _found("来自互联网的标记", _from_internet(addin), "加载项文件没有这个标记")
    yield _found("启动程序的策略", _programs(registry), "没有看到拦住 Excel 启动 Python 的规则")


def _found(name: str, fault: Fault | None, fine: str) -> Finding:
    return Finding(name, True, fine) if fault is None else Finding.wrong(name, fault)


def _value(registry: Registry, key: str, name: str) -> Value | None:
    """A value by its name, in any case."""
    known = {each.casefold(): value for each, value in registry.values(key).items()}
    return known.get(name.casefold())


def _macros(registry: Registry) -> Fault | None:
    for key, name, wrong, kind in _MACROS:
        for root in _ROOTS:
            for policy in _POLICIES:
                path = rf"{root}\{key.format(policy)}"
                if _value(registry, path, name) in wrong:
                    return kind(key=path, name=name)
    return None


def _location(addin: Path, registry: Registry, environment: Mapping[str, str]) -> Fault | None:
    """The path of a trusted location; a start folder is one unless it was removed."""
    known = []
    folder = ntpath.normcase(str(addin.parent))
    for policy in _POLICIES:
        key = rf"HKCU\{_EXCEL.format(policy)}\Security\Trusted Locations"
        for one in registry.keys(key):
            path = _value(registry, rf"{key}\{one}", "Path")
            if not isinstance(path, str):
                continue
            known.append(_folder(path, environment))
            below = _value(registry, rf"{key}\{one}", "AllowSubfolders") == 1
            if folder == known[-1] or (below and folder.startswith(known[-1] + "\\")):
                return None
    # Excel writes its list when it starts for the first time.
    return kinds.NOT_TRUSTED(folder=addin.parent) if known else None


def _folder(path: str, environment: Mapping[str, str]) -> str:
    known = {name.casefold(): value for name, value in environment.items()}
    for name, value in known.items():
        at = path.casefold().find(f"%{name}%")
        if at >= 0:
            path = path[:at] + value + path[at + len(name) + 2 :]
    return ntpath.normcase(path.replace("/", "\\")).rstrip("\\")


def _disabled(addin: Path, registry: Registry) -> Fault | None:
    """The files that Excel disabled after a crash: paths in UTF-16 after a few numbers."""
    key = rf"HKCU\{_EXCEL.format('')}\Resiliency\DisabledItems"
    written = addin.name.casefold().encode("utf-16-le")
    for value in registry.values(key).values():
        if isinstance(value, bytes) and written in _small(value):
            return kinds.ADDIN_DISABLED(file=addin.name)
    return None


def _small(path: bytes) -> bytes:
    """Latin letters in lower case, everything else unchanged."""
    return path.translate(bytes(ord(chr(c).lower()) if c < 128 else c for c in range(256)))


def _from_internet(addin: Path) -> Fault | None:
    """Whether a file came from the internet, by the stream that Windows keeps beside its
    content.
    """
    try:
        stream = Path(f"{addin}:Zone.Identifier").read_text("latin-1")
    except OSError:
        return None
    zone = next((line for line in stream.splitlines() if line.startswith("ZoneId=")), "")
    return kinds.ADDIN_FROM_INTERNET(file=addin) if zone in ("ZoneId=3", "ZoneId=4") else None


def _programs(registry: Registry) -> Fault | None:
    if _value(registry, _SYSTEM, "DisableCMD") in (1, 2):
        return kinds.CMD_DISABLED(key=_SYSTEM)
    for rule, state in _rules(registry):
        if rule in _IN_THE_WAY and state in _BLOCKS:
            return kinds.DEFENDER_RULE(rule=rule, what=_IN_THE_WAY[rule])
    if _value(registry, _APPLOCKER, "EnforcementMode") == 1:
        return kinds.APPLOCKER()
    return None


def _rules(registry: Registry) -> Iterator[tuple[str, str]]:
    """Defender's rules and their states, set by a policy, an administrator, or device
    management.
    """
    for policy in _POLICIES:
        for rule, state in registry.values(_DEFENDER.format(policy) + _RULES).items():
            yield rule.casefold(), str(state)
    managed = _value(registry, _DEFENDER.format("Policies\\") + r"\Policy Manager", "ASRRules")
    for one in str(managed or "").split("|"):
        rule, _, state = one.partition("=")
        yield rule.strip().casefold(), state.strip()
