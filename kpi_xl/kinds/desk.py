"""Kinds of problems with the local page: its forms and its files."""

from typing import Final

from kpi_xl.fault import Kind

DESK_NOT_INSTALLED: Final = Kind(
    "desk.not-installed", "没有安装网页要用的组件", "请运行 pip install 'kpi_xl[desk]'"
)
DESK_ADDRESS: Final = Kind(
    "desk.address",
    "地址不对",
    "请用 kpi-xl desk 打开的那个窗口；窗口关了，请再运行一次 kpi-xl desk",
)
DESK_NOT_FROM_HERE: Final = Kind(
    "desk.from-elsewhere", "请求不是从这个页面来的", "请用 kpi-xl desk 打开的那个窗口"
)
DESK_NOT_LET_IN: Final = Kind(
    "desk.not-let-in",
    "这不是 kpi-xl desk 打开的窗口",
    "请用它打开的那个窗口；窗口关了，请再运行一次 kpi-xl desk",
)
DESK_USED_ADDRESS: Final = Kind(
    "desk.address-used", "这个地址不对，或者已经用过", "请再运行一次 kpi-xl desk"
)
DESK_NO_LENGTH: Final = Kind("desk.no-length", "请求没有写明长度", "请换一个浏览器再试")
DESK_TOO_LARGE: Final = Kind(
    "desk.too-large", "太大了，一次最多 {megabytes} MB", "请少选几个文件，分几次放进来"
)
DESK_NO_PROJECT: Final = Kind(
    "desk.no-project", "还没有选择项目", "请先选择放着文件的文件夹，或已有的项目"
)
NO_FOLDER_TYPED: Final = Kind(
    "desk.no-folder", "没有写文件夹", "请写放着导出文件的文件夹，或从列表里选"
)
FILE_NAME_UNUSABLE: Final = Kind("desk.file-name", "文件名“{name}”不能用", "请换一个文件名")
FILE_THERE_ALREADY: Final = Kind(
    "desk.file-there", "“{name}”已经在原始文件的文件夹里了", "请换一个文件名，或先把原来的移走"
)
NO_SUCH_RESULT: Final = Kind("desk.no-result", "没有这个结果文件", "请从列表里选")
NOTHING_OPENS_IT: Final = Kind(
    "desk.no-program", "这台电脑上没有打开它的程序", "请在文件管理器里打开：{target}"
)
CHANGED_ELSEWHERE: Final = Kind(
    "desk.changed-elsewhere",
    "这一页打开以后，别的窗口里已经改过",
    "请回到这一页重新打开，看过现在的内容再选",
)
NO_FILE_CHOSEN: Final = Kind("desk.no-file", "没有选文件", "请先选择文件，再点“放进来”")
DESK_NO_SHEET: Final = Kind(
    "desk.no-sheet", "没有这个文件或工作表", "请从“文件怎么读”那一页的列表里选"
)
COLUMN_CHOSEN_TWICE: Final = Kind(
    "desk.column-twice",
    "“{first}”和“{second}”都选了“{column}”",
    "一个标准列只能用一列，请改其中一个",
)
COLUMNS_NOT_CHOSEN: Final = Kind(
    "desk.columns-missing",
    "{table}表还缺必需的列：{columns}",
    "请给它们选一列；文件里没有的，这个文件就不能当作这张表",
)
BOUNDS_CROSSED: Final = Kind(
    "desk.bounds-crossed",
    "“{kpi}”的危险线比健康线还严",
    "越高越好的，危险线写得比健康线低；越低越好的反过来",
)
BOUND_IN_SHEET: Final = Kind(
    "desk.bound-in-sheet", "“{kpi}”的界限写在 设置.xlsx 里", "请在那里改，或先在那里清空"
)
BOUND_NO_NUMBER: Final = Kind(
    "desk.bound-no-number",
    "“{kpi}”的界限不是数字",
    "请写成 80% 或 0.8；两格都清空就用通常的",
)
