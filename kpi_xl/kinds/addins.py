"""Kinds of messages: the add-ins of Excel and LibreOffice cannot run."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_REINSTALL: Final = "请关闭 Excel，在命令行运行 kpi-xl addin install"
_REINSTALL_IN_CALC: Final = "请关闭 LibreOffice，在命令行运行 kpi-xl addin install --host calc"
_REFRESH: Final = "请在 KPI 选项卡点“刷新月度KPI”，或在命令行运行 kpi-xl refresh"

CALC_STOPPED: Final = Kind(
    "calc.stopped", "LibreOffice 没有完成“{title}”（{answer}）", "请保存后重新打开这个文件再试"
)
CALC_SHEET_PROTECTED: Final = Kind(
    "calc.sheet-protected",
    "工作表有密码保护，不能填写",
    "请在“工具 → 保护工作表”里撤销保护，再点一次这个按钮",
)
NO_PYTHON_IN_OFFICE: Final = Kind(
    "calc.no-python",
    "这个 LibreOffice 没有 Python 支持，装不了加载项",
    "Debian、Ubuntu 请运行 sudo apt install python3-uno；其他系统请重新安装 LibreOffice",
)
NO_OFFICE: Final = Kind(
    "calc.not-installed", "没有找到 LibreOffice", "请先安装 LibreOffice 25.2 或更高版本"
)
ADDIN_REFUSED: Final = Kind(
    "calc.addin-refused", "LibreOffice 没有接受加载项", "请关闭所有 LibreOffice 窗口后再运行"
)
NAMES_PROTECTED: Final = Kind(
    "excel.names-protected",
    "这个工作簿不让起名称，刷新以后就不能撤销，所以没有填写",
    "请在“审阅”里撤销工作簿的保护，再点一次这个按钮",
)
PYTHON_PATH: Final = Kind(
    "excel.python-path",
    "Python 所在的路径里有系统代码页没有的文字",
    "请把 Python 环境建在另一个文件夹",
)
ONLY_ON_WINDOWS: Final = Kind(
    "excel.only-on-windows",
    "Excel 加载项只能在 Windows 上安装",
    "Mac 上怎么用选项卡，见 docs/excel-install.md",
)
ADDIN_IN_USE: Final = Kind(
    "excel.addin-not-replaced", "加载项正在使用，不能替换", "请关闭所有 Excel 窗口后再运行"
)
ADDIN_NOT_REMOVED: Final = Kind(
    "excel.addin-not-removed", "加载项正在使用，不能删除", "请关闭所有 Excel 窗口后再运行"
)
XLWINGS_VERSION: Final = Kind(
    "excel.xlwings-version",
    "加载项要用 xlwings {wanted}，装的是 {installed}",
    "请运行 pip install xlwings=={wanted}",
)
VBA_DIFFERS: Final = Kind(
    "excel.vba-differs",
    "xlwings 生成的 VBA 与预期不同，加载项没有生成",
    "请运行 pip install --force-reinstall xlwings=={wanted}",
)
SHEET_PROTECTED: Final = Kind(
    "excel.sheet-protected",
    "工作表有密码保护，不能填写",
    "请在“审阅”里撤销工作表保护，再点一次这个按钮",
)
NOT_SAVED_AS_XLSX: Final = Kind(
    "excel.not-xlsx",
    "公式名称只能写进 .xlsx 或 .xlsm 工作簿",
    "请先另存为 Excel 工作簿（.xlsx），再点一次这个按钮",
)
STOPPED: Final = Kind(
    "excel.stopped",
    "已按 Esc 停下；当前工作簿没有改动，已经生成的文件都是完整的",
    "再点一次会接着做",
)
NOTHING_TO_UNDO: Final = Kind(
    "undo.nothing",
    "没有可以撤销的刷新",
    "只能撤销自己在这台电脑上对这个工作簿做的最近一次刷新，撤销过的不能再撤销",
)
ADDIN_PYTHON: Final = Kind("excel.no-python", "加载项用的 Python 不在：{python}", _REINSTALL)
NO_DLL: Final = Kind(
    "excel.no-dll",
    "{folder} 及上一级里没有 {name}",
    "请运行 pip install --force-reinstall xlwings=={wanted}",
)
_LET_PASS: Final = (
    "多半是杀毒软件或公司的策略拦住了它：请 IT 按安装页“IT 需要允许什么”放行；放行后点“检查安装”"
)
_SETUP: Final = "请关闭 Excel，再双击一次“安装.cmd”，或在命令行运行 kpi-xl addin install"
START_REFUSED: Final = Kind("excel.start-refused", "{python} 启动不了（{failure}）", _LET_PASS)
START_SILENT: Final = Kind("excel.start-silent", "{python} 在 {seconds} 秒里没有答复", _LET_PASS)
START_NO_MODULE: Final = Kind("excel.start-module", "{python} 里缺少组件（{last}）", _SETUP)
START_DLL: Final = Kind("excel.start-dll", "{python} 的组件打不开（{last}）", _LET_PASS)
START_FAILS: Final = Kind("excel.start-fails", "{python} 启动时出错（{last}）", _SETUP)
NO_ADDIN: Final = Kind("excel.no-addin", "没有 {file}", _REINSTALL)
_ASK_IT: Final = "请 IT 按安装页“IT 需要允许什么”放行"
ADDINS_DISABLED: Final = Kind(
    "excel.addins-disabled",
    "Excel 禁用了所有加载项（{key} 的 {name}）",
    f"{_ASK_IT}；自己设的，在“文件 → 选项 → 信任中心 → 加载项”里去掉",
)
ADDINS_SIGNED: Final = Kind(
    "excel.addins-signed",
    "Excel 只打开有签名的加载项（{key} 的 {name}）",
    "请 IT 给 kpi_xl.xlam 签名，做法见安装页“签名”",
)
VBA_OFF: Final = Kind(
    "excel.vba-off", "Office 关闭了 VBA（{key} 的 {name}），加载项不会运行", _ASK_IT
)
NO_TRUSTED_LOCATIONS: Final = Kind(
    "excel.no-trusted-locations",
    "禁用了所有受信任位置（{key} 的 {name}）",
    "请 IT 把 XLSTART 留作受信任位置，或给 kpi_xl.xlam 签名",
)
MACROS_DISABLED: Final = Kind(
    "excel.macros-disabled",
    "策略禁用了宏；受信任位置（XLSTART）里的加载项通常不受影响",
    "如果看不到 KPI 选项卡，请 IT 允许 XLSTART 里的宏",
    set_aside=False,
)
NOT_TRUSTED: Final = Kind(
    "excel.not-trusted",
    "{folder} 不在 Excel 的受信任位置里",
    "请在“文件 → 选项 → 信任中心 → 受信任位置”里加上它",
)
ADDIN_DISABLED: Final = Kind(
    "excel.addin-disabled",
    "Excel 有一次没有正常退出，以后就不再打开 {file}",
    "请在“文件 → 选项 → 加载项 → 管理：禁用项目 → 转到”里启用它",
)
ADDIN_FROM_INTERNET: Final = Kind(
    "excel.addin-from-internet",
    "{file} 带着“来自互联网”的标记",
    "看不到 KPI 选项卡时，请在文件的“属性”里勾选“解除锁定”，或再双击一次“安装.cmd”",
    set_aside=False,
)
CMD_DISABLED: Final = Kind(
    "excel.cmd-disabled",
    "策略不让用 cmd.exe（{key} 的 DisableCMD），Excel 要用它启动 Python",
    _ASK_IT,
)
DEFENDER_RULE: Final = Kind("excel.defender-rule", "Defender 的规则“{what}”（{rule}）开着", _ASK_IT)
APPLOCKER: Final = Kind(
    "excel.applocker",
    "AppLocker 限制哪些程序可以运行",
    "如果上面写着 Python 启动不了，请 IT 放行它所在的文件夹",
    set_aside=False,
)
BUNDLE_NOT_EMPTY: Final = Kind(
    "bundle.not-empty",
    "这个文件夹不是空的，或者已经有这个文件",
    "请写一个新文件夹或新的 .zip，装好的包不会和旧的混在一起",
)
NO_EMBEDDED_PYTHON: Final = Kind(
    "bundle.no-python",
    "不是 Python 的 64 位 Windows 嵌入包",
    "请到 python.org 的 Downloads → Windows 页面下载 Windows embeddable package (64-bit)，不要解压",
)
EMBEDDED_TOO_OLD: Final = Kind(
    "bundle.python-too-old", "Python {found} 太旧", "请下载 3.11 或更高版本的嵌入包"
)
CHECKSUM_DIFFERS: Final = Kind(
    "bundle.checksum",
    "SHA-256 是 {found}，不是 {wanted}",
    "文件不是下载页面上的那一个，或没有下载完整：请重新下载",
)
OTHER_WHEEL: Final = Kind(
    "bundle.other-wheel", "不是 kpi_xl {wanted} 的轮子", "请给同一版本的 kpi_xl-{wanted}-…whl"
)
NO_OWN_WHEEL: Final = Kind(
    "bundle.no-own-wheel",
    "这里没有 kpi_xl 的源代码，做不出它的轮子",
    "请用 --wheel 给 kpi_xl-…whl，或在源代码的文件夹里运行",
)
NO_WHEELS: Final = Kind(
    "bundle.no-wheels",
    "取不到 Windows 用的组件：{what}（{last}）",
    "请检查网络和 pip 的设置，再运行一次",
)
OFFICE_TOO_OLD: Final = Kind(
    "calc.too-old",
    "LibreOffice {version} 太旧（{program}）",
    "请安装 LibreOffice {least} 或更高版本",
)
CALC_SETTINGS: Final = Kind("calc.settings-unreadable", "{file} 读不懂", _REINSTALL_IN_CALC)
CALC_PYTHON: Final = Kind("calc.python-fails", "{python} 启动不了（{error}）", _REINSTALL_IN_CALC)
NO_EXTENSION: Final = Kind("calc.no-extension", "LibreOffice 里没有这个扩展", _REINSTALL_IN_CALC)
OTHER_EXTENSION: Final = Kind(
    "calc.other-version", "扩展与现在的 kpi_xl 版本不一致", _REINSTALL_IN_CALC
)
NO_RAW_FILES: Final = Kind(
    "project.no-files", "{folder} 里没有文件", "请把人员、保单等文件放进这个文件夹"
)
NO_CUBE: Final = Kind("project.no-cube", "还没有 {file}", _REFRESH)
CUBE_DAMAGED: Final = Kind("project.cube-damaged", "{file} 读不出来", f"请删掉这个文件；{_REFRESH}")
OFFICIAL_DAMAGED: Final = Kind(
    "project.template-damaged", "官方模板用不了：{problem}", "请重新安装 kpi_xl"
)
