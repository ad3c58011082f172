"""Kinds of problems in kpi.toml and in the user's own settings."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_ONE_OF: Final = "可以写的有：{known}"
_LIKE: Final = "是不是：{like}"
_SYNTAX: Final = '请检查引号、等号和方括号；中文的键要加引号，如 "工号" = "EmployeeID"'

NO_PROJECT_CHOSEN: Final = Kind(
    "project.not-chosen",
    "还没有选择项目文件夹",
    "请用 --project 写明；在 Excel、Calc 里点 KPI 的“设置”，选择 kpi.toml 所在的文件夹",
)
OWN_SETTINGS_UNREADABLE: Final = Kind(
    "settings.own-unreadable",
    "个人设置文件读不懂",
    "请删掉这个文件，再在 KPI 选项卡的“设置”里重新选择项目文件夹",
)
BAND: Final = Kind(
    "settings.band",
    "[bands] “{name}”写法有误",
    '请写成 "{name}" = {{ healthy = 0.8, danger = 0.72 }}',
)
NO_PROJECT: Final = Kind(
    "project.missing",
    "文件夹“{folder}”里没有 kpi.toml，不是 kpi_xl 项目",
    "请先运行 kpi-xl init 建立项目，或用 --project 指定项目文件夹",
)
ENGINE_URL: Final = Kind(
    "settings.engine-url",
    "[engine] url 写法有误",
    "可以写的有：duckdb:///kpi.duckdb、postgresql://用户@主机/数据库、spark://主机:7077",
)
SECTION_WANTED: Final = Kind(
    "settings.section-wanted", "“{name}”应当是一节", "请写成一行 [{name}]，各项写在下面"
)
COLUMNS_SECTION: Final = Kind(
    "settings.columns-section",
    "[columns.{name}] 应当是一节",
    '请写成一行 [columns."{name}"]，各列写在下面',
)
TEXT_WANTED: Final = Kind("settings.text-wanted", "[{section}] {key} 应当是文字", "请写在引号里")
TEXTS_WANTED: Final = Kind(
    "settings.texts-wanted",
    "[{section}] {key} 应当是文字，或方括号里的几段文字",
    '请写成 ["…", "…"]，每一段都在引号里',
)
MONEY_SETTING: Final = Kind("settings.money", "[project] money 写法有误", "可以写的有：万元、元")
DATE_ORDER: Final = Kind(
    "settings.date-order", "[dates] order 写法有误", "可以写的有：ymd、mdy、dmy"
)
NUMBER_OUT_OF_BOUNDS: Final = Kind(
    "settings.number-out-of-bounds",
    "[rules] {key} 应当是 {low:g} 到 {high:g} 之间的数",
    "请改正后再运行",
)
WHOLE_NUMBER: Final = Kind("settings.whole-number", "[rules] {key} 应当是整数", "请改正后再运行")
NO_SECTION: Final = Kind("settings.no-such-section", "没有 [{section}] 这一节", _ONE_OF, near=_LIKE)
NO_COLUMN_OF: Final = Kind(
    "settings.no-such-column", "{table}表里没有“{key}”这一列", _ONE_OF, near=_LIKE
)
COLUMN_TEXT: Final = Kind(
    "settings.column-text", "[columns.{table}] “{key}”应当是文字", "请把文件里的列名写在引号里"
)
LEVELS_ALIKE: Final = Kind(
    "settings.levels-alike", "[levels] 里有两级都叫“{name}”", "请给每一级不同的名称"
)
LEVEL_NAMES: Final = Kind(
    "settings.level-names",
    "[levels] names 应当是 2 到 {most} 级单位的名称，从上到下",
    '请写成 names = ["集团", "大区", "门店"]；名称里只用文字，不超过 20 个字',
)
LEVEL_NAME_TAKEN: Final = Kind(
    "settings.level-name-taken", "一级单位不能叫“{name}”：它已经是{other}", "请换一个名称"
)
LEVELS_MIXED: Final = Kind(
    "settings.levels-mixed",
    "[levels] 写了 names，“{level}”的叫法就没有用",
    "请删掉一种写法：各级都自己起名的只写 names",
)
LEVEL_MAIN: Final = Kind(
    "settings.level-main", "[levels] main 应当是最上一级以下的一级", "可以写的有：{known}"
)
LEVEL_MAIN_ALONE: Final = Kind(
    "settings.level-main-alone", "[levels] 写了 main，没有写 names", "请一并写 names，或删掉 main"
)
NO_KEY: Final = Kind("settings.no-such-key", "[{section}] 里没有“{key}”这一项", _ONE_OF, near=_LIKE)
SETTINGS_TOO_LARGE: Final = Kind(
    "settings.too-large", "设置文件有 {megabytes} MB，不是设置文件", "请换回原来的 kpi.toml"
)
SETTINGS_ENCODING: Final = Kind(
    "settings.encoding", "文件不是 UTF-8 编码", "请用记事本另存为 UTF-8 编码"
)
SETTINGS_SYNTAX: Final = Kind(
    "settings.syntax",
    "设置文件写法有误",
    _SYNTAX,
)
SETTINGS_TOO_DEEP: Final = Kind(
    "settings.too-deep",
    "设置文件写法有误：方括号套得太深",
    _SYNTAX,
)
NUMBER_TOO_LONG: Final = Kind("settings.number-too-long", "数字太长", "请写成普通的数")
WRITTEN_TWICE: Final = Kind("settings.written-twice", "同一节或同一项写了两次", "请合成一处")
RULE_DAY: Final = Kind("settings.day", "[rules] {key} 应当是日期", "请写成 {key} = 2024-06-15")
RULE_DAY_UNREADABLE: Final = Kind(
    "settings.day-unreadable", "[rules] {key} 应当是日期：{reason}", "请写成 {key} = 2024-06-15"
)

# [mail]

_MAIL: Final = "[mail] {key} 写法有误"
MAIL_TEXT: Final = Kind("settings.mail-text", _MAIL, "请写成一行文字，放在引号里")
MAIL_SECURITY: Final = Kind("settings.mail-security", _MAIL, "可以写 starttls、tls 或 none")
MAIL_PORT: Final = Kind("settings.mail-port", _MAIL, "请写 1 到 65535 的整数，如 587")
MAIL_SENDER: Final = Kind("settings.mail-sender", _MAIL, "请写发件人的邮箱，如 kpi@example.com")
MAIL_NO_SENDER: Final = Kind(
    "settings.mail-without-sender",
    _MAIL,
    "写了 host 就要写发件人的邮箱，如 kpi@example.com",
)

# [server]

_SERVER: Final = "[server] {key} 写法有误"
SERVER_TEXT: Final = Kind("settings.server-text", _SERVER, "请写成一行文字，放在引号里")
SERVER_NUMBER: Final = Kind("settings.server-number", _SERVER, "请写成数")
SERVER_BOUNDS: Final = Kind(
    "settings.server-out-of-bounds", _SERVER, "请写 {low:g} 到 {high:g} 之间的数"
)
SERVER_WHOLE: Final = Kind("settings.server-whole-number", _SERVER, "请写整数")
SERVER_KEY: Final = Kind("settings.server-no-such-key", _SERVER, _ONE_OF, near=_LIKE)
SERVER_ADDRESS: Final = Kind(
    "settings.server-address", _SERVER, "请写 https:// 开头的地址，如 https://kpi.example.com"
)
SERVER_CERTIFICATE: Final = Kind(
    "settings.server-certificate",
    _SERVER,
    "certificate 和 key 要一起写：证书和它的私钥，都是 PEM 文件",
)
SERVER_ENTRA: Final = Kind(
    "settings.server-entra", _SERVER, "请写一节 [server.entra]，里面是 tenant 和 client"
)
SERVER_ENTRA_IDS: Final = Kind(
    "settings.server-entra-ids", _SERVER, "请写 tenant（租户 ID）和 client（应用程序 ID）"
)
SERVER_ENTRA_KEYS: Final = Kind("settings.server-entra-keys", _SERVER, "请写签名密钥（JWKS）的网址")
SERVER_ROLES: Final = Kind(
    "settings.server-roles", _SERVER, '请写一节 [server.roles]，如 "主管.城东" = ["城东营业部"]'
)
SERVER_ROLE: Final = Kind(
    "settings.server-role",
    _SERVER,
    '请写单位的路径，如 ["城东营业部"]；全部写 "{everything}"',
)
SERVER_KEYS: Final = Kind(
    "settings.server-keys", _SERVER, "请写一节 [server.keys]；kpi-xl addin key 会给出一行"
)
SERVER_API_KEY: Final = Kind(
    "settings.server-api-key", _SERVER, "请运行 kpi-xl addin key，把它给出的一行写进来"
)
SERVER_SHA256: Final = Kind(
    "settings.server-sha256", _SERVER, "sha256 是 64 个小写的十六进制字符，不是密钥本身"
)
SERVER_KEY_ROLE: Final = Kind(
    "settings.server-key-role", _SERVER, "role 要是 [server.roles] 里的一个角色"
)

# [sheets]

_SHEETS: Final = "[sheets] 里“{name}”的{where} "
SHEETS_SECTION: Final = Kind(
    "settings.sheets-section",
    _SHEETS + "内容应当是一节",
    '请写成一行 [sheets."文件名"]，各项写在下面',
)
SHEETS_KEY: Final = Kind("settings.sheets-no-such-key", _SHEETS + "没有这一项", _ONE_OF, near=_LIKE)
SHEETS_TABLE: Final = Kind(
    "settings.sheets-no-such-table", _SHEETS + "没有这张表", _ONE_OF, near=_LIKE
)
SHEETS_COLUMNS_OF_NO_TABLE: Final = Kind(
    "settings.sheets-columns-of-no-table",
    _SHEETS + "不知道是哪张表的列",
    '请在同一节里写明是哪张表，如 table = "人员"',
)
SHEETS_COLUMN: Final = Kind(
    "settings.sheets-no-such-column", _SHEETS + "{table}表里没有这一列", _ONE_OF, near=_LIKE
)
SHEETS_TEXTS: Final = Kind(
    "settings.sheets-texts", _SHEETS + "应当是方括号里的几段文字", '请写成 ["…", "…"]'
)
SHEETS_STATUSES: Final = Kind(
    "settings.sheets-statuses", _SHEETS + "写法有误", "请写成 {{ 列名 = {{ 内容 = 含义 }} }}"
)
SHEETS_NO_STATUSES: Final = Kind(
    "settings.sheets-no-statuses", _SHEETS + "只有{tables}表有", "请在同一节里写明 table"
)
SHEETS_MAPPING: Final = Kind(
    "settings.sheets-mapping", _SHEETS + "写法有误", '请写成 {{ "…" = "…" }}'
)
SHEETS_TEXT: Final = Kind("settings.sheets-text", _SHEETS + "应当是文字", "请写在引号里")
SHEETS_WORD: Final = Kind("settings.sheets-word", _SHEETS + "不认识", _ONE_OF, near=_LIKE)
RATER_WEIGHTS: Final = Kind(
    "settings.rater-weights",
    "[rules] rater_weights 写法有误",
    '请写成 rater_weights = {{ "上级" = 40, "同级" = 20, "下级" = 30, "客户" = 10 }}，'
    "不能是负数，也不能都是 0",
)
TIME_BOX: Final = Kind(
    "settings.time-box",
    "[time_boxes] “{kind}”应当是 5 到 1440 之间的整数（分钟）",
    "请改正后再运行",
)

# [calendar]

CALENDAR_DAY: Final = Kind(
    "settings.calendar-day",
    "[calendar] {key} 里有不是日期的",
    '请写成 {key} = ["2027-01-01", "2027-02-05 至 2027-02-11"]',
)
CALENDAR_RANGE: Final = Kind(
    "settings.calendar-range",
    "[calendar] {key} 里有一段起止日期不对",
    "前一天要早于后一天，一段最多一年",
)
CALENDAR_BOTH: Final = Kind(
    "settings.calendar-both", "[calendar] 同一天既休息又上班", "请在休息日、上班日里只留一处"
)
CALENDAR_YEAR: Final = Kind(
    "settings.calendar-year", "[calendar] {key} 应当是年份", "请写成 {key} = [2027]"
)

# [reminders]

REMINDER_DAYS: Final = Kind(
    "settings.reminder-days",
    "[reminders] {key} 应当是下发后的第几个工作日",
    "请写 1 到 {latest} 的整数，如 {key} = [2, 4]",
)

# 设置.xlsx

SETTINGS_SHEET_TOO_LARGE: Final = Kind(
    "settings-sheet.too-large", "文件有 {megabytes} MB，不是设置", "请换回原来的文件"
)
SETTINGS_SHEET_UNREADABLE: Final = Kind(
    "settings-sheet.unreadable", "设置读不了，文件可能坏了", "请用 Excel 打开另存，或换回备份"
)
SETTINGS_SHEET_NO_SHEET: Final = Kind(
    "settings-sheet.no-sheet",
    "没有一张工作表的标题行认得出来",
    "请把标题行写回去；先把文件改名，再运行 kpi-xl settings sheet 写一份新的",
)
SETTINGS_SHEET_ROW: Final = Kind(
    "settings-sheet.row", "没有“{name}”这一项设置", "可以写的有：{known}", near="是不是：{like}"
)
SETTINGS_SHEET_TWICE: Final = Kind(
    "settings-sheet.twice", "“{name}”写了两次，第 {row} 行已经有", "请只留一处；现在按前面的"
)
SETTINGS_SHEET_NUMBER: Final = Kind(
    "settings-sheet.number", "不是数", "请写数，如 0.8 或 80%，不写公式"
)
SETTINGS_SHEET_DAY: Final = Kind("settings-sheet.day", "“算作”看不懂", "可以写的有：{known}")
SETTINGS_SHEET_VALUE: Final = Kind(
    "settings-sheet.value", "“{name}”不能用：{reason}", "请照单元格的提示改正；在这以前当作没有写"
)
SETTING_DIFFERS: Final = Kind(
    "settings-sheet.differs",
    "“{name}”两处写得不一样：这里是 {here}，kpi.toml 里是 {there}",
    "现在按这里的；请删去其中一处",
    set_aside=False,
)
SETTING_NO_KPI: Final = Kind(
    "settings.no-kpi",
    "没有“{name}”这个指标",
    "kpi-xl explain 列出全部指标；在这以前当作没有写",
    near="是不是：{like}；在这以前当作没有写",
)
SETTING_NO_PERCENT: Final = Kind(
    "settings.no-percent", "“{which}”写的是 {number}，这个指标是百分比", "请写成 {share} 或小数"
)
SETTING_TARGET_OF_TOTAL: Final = Kind(
    "settings.target-of-total",
    "“{name}”是总数，各单位大小不同，不能有同一个目标",
    "请在“目标”表里给每个单位写，或给比率、人均的指标写",
)
SETTING_TARGET: Final = Kind(
    "settings.target", "[targets] “{name}”应当是数", '请写成 "活动率" = 0.8'
)
PEERS_WITHIN: Final = Kind("settings.peers-within", "[rules] peers_within 写法有误", _ONE_OF)
SETTINGS_WRONG: Final = Kind(
    "settings.wrong",
    "设置：{wrong} 处不能用或写得不一样",
    "kpi-xl settings list 逐处说明怎么改",
    set_aside=False,
)

_COUNT_IT: Final = "不算的不用处理，想不再看到这条提示，请删去这一行"
TYPED_ROW_STRUCK: Final = Kind(
    "typed-row.struck-through", "这一行划了删除线，没有算", f"要算的，请去掉删除线；{_COUNT_IT}"
)
TYPED_ROW_HIDDEN: Final = Kind(
    "typed-row.hidden", "这一行是隐藏的，没有算", f"要算的，请取消隐藏；{_COUNT_IT}"
)
