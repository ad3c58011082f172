"""Kinds of problems with a workbook, a template, and the values filled into it."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_AT_NAMES: Final = "在 Excel 的「公式 → 名称管理器」里"
_MANAGER: Final = _AT_NAMES + "核对名称，它必须指向一个单元格或一片区域"
_POINT: Final = _AT_NAMES + "让它指向要填写的单元格"
_RESEND: Final = "用 Excel 打开看看；打不开就请对方重新发送一份"
_RESAVE: Final = "用 Excel 打开这个文件，另存为 .xlsx 后再试"
_SAVE_AS: Final = "用 Excel 打开这个文件，另存为「Excel 工作簿 (*.xlsx)」后再试"

MONTH_TOO_LONG: Final = Kind(
    "month.too-long",
    "{month}太长，按周的表一月最多五周，放不下它的工作日",
    "业务月截止日（kpi.toml 的 month_cut）在月中以前时，12 月有七周以上；请按月计划",
)
NOTHING_TO_FILL: Final = Kind(
    "template.nothing-to-fill",
    "模板里没有会填写的名称",
    "请运行 kpi-xl template check 加这个文件，看哪些名称不认识、哪些不能用",
)
NO_TEMPLATE: Final = Kind(
    "template.unknown",
    "没有名为“{template}”的模板，也没有这个文件",
    "官方模板有：{known}。也可以写自己工作簿的路径",
    near="是不是：{like}？全部官方模板见 kpi-xl fill --help；也可以写自己工作簿的路径",
)
NO_NAMES_HERE: Final = Kind(
    "workbook.no-names",
    "当前工作簿里没有 kpi_xl 认得的名称",
    "请在“公式 → 名称管理器”里给要填的单元格起名，如 kpi.活动率、unit.name；"
    "要按官方模板生成工作簿，请点“生成”",
)
TOO_MANY_MEMBERS: Final = Kind(
    "template.too-many-members",
    "{level}“{unit}”有 {people} 人，模板的成员表只有 {rows} 行",
    "请按更小的单位（如营业组）生成，或给成员各行起一个以 rows. 开头的名称，让它随人数增长",
)
FOR_PERSONS: Final = Kind(
    "template.for-persons", "这个模板是每人一份的，不能按{level}生成", "请不写层级，或写“个人”"
)
NOT_INTO_ITSELF: Final = Kind(
    "template.rewrite-itself", "不能改写原文件", "请给 --rewrite 写另一个文件名"
)
NO_UNITS_BELOW: Final = Kind(
    "template.no-units-below",
    "{level}下面没有单位，这个模板给每个下属单位一张工作表",
    "请换一个层级，或去掉模板里以 sheet. 开头的名称",
)
TOO_MANY_ANSWERS: Final = Kind(
    "workbook.name-too-large-returned",
    "名称指向的单元格太多，不像下发的表",
    "请从下发的原表重新填写；不要整行整列地插入、复制",
)
RETURNED_SHEET_DAMAGED: Final = Kind(
    "workbook.returned-sheet-damaged", "工作表「{sheet}」的内容已损坏", "请对方重新发送一份"
)
DAY_WITH_ZONE: Final = Kind(
    "value.day-with-zone", "日期 {value} 带有时区，单元格里放不了", "先换算成本地时间并去掉时区"
)
DAY_TOO_EARLY: Final = Kind(
    "value.day-too-early", "日期 {value} 早于 {year} 年，表格里放不了", "检查这个日期，或改成文字"
)
TEXT_TOO_LONG: Final = Kind(
    "value.text-too-long", "文字太长（{count} 个字，一个单元格最多 32767 个）", "把文字缩短"
)
PART_NOT_UTF8: Final = Kind("workbook.part-encoding", "部件 {part} 不是 UTF-8 编码", _RESEND)
NO_ROWS: Final = Kind("slot.no-rows", "不指向一些行", _AT_NAMES + "让它指向那些行")
BLOCK_WITHOUT_NAMES: Final = Kind(
    "slot.block-without-names",
    "标出了要重复的块（第 {first} 到 {last} 行），里面却没有名称",
    "给块里要填的单元格起名，如 members.姓名",
)
NOTHING_GROWS: Final = Kind(
    "slot.nothing-grows",
    "标出了第 {first} 到 {last} 行，却没有名称正好占这些行，不会增长",
    "让要增长的名称和它占相同的行",
)
SHEET_FULL: Final = Kind("grow.sheet-full", "数据太多，工作表放不下", "减少数据，或分成几个工作表")
SEVERAL_SHEETS: Final = Kind(
    "grow.formula-of-several-sheets",
    "有公式引用了好几张工作表的同一片单元格，插入行以后无法跟着移动",
    "把公式改成逐张引用各工作表",
)
ARRAY_IN_ROWS: Final = Kind(
    "grow.array-formula",
    "数组公式或模拟运算表（{reference}）占着会增长的行，不能在其中插入行",
    "把它改成每行一个普通公式，或移到别处",
)
PART_OF_BLOCK: Final = Kind(
    "grow.part-of-block",
    "重复的块外面，有公式或图表引用了块里的一部分（{reference}），重复以后不知道是哪一份的",
    "把它改成引用整块的行，如 SUMIF，或移到块里",
)
LOOSE_RULE: Final = Kind(
    "grow.rule-outside-block",
    "重复的块里，{cells} 的条件格式或数据验证引用了块外的 {reference}",
    "在它的行号前面加 $",
)
NAME_TAKEN: Final = Kind(
    "grow.name-taken", "已经有名称「{name}」，重复的块放不下自己的名称", "给其中一个名称换个叫法"
)
MERGE_ACROSS_ROWS: Final = Kind(
    "grow.merge-across-rows",
    "合并单元格 {reference} 跨了会增长的区域（第 {first} 到 {last} 行）里的几行，不能在其中插入行",
    "取消这个合并，或让它只占一行或占满整个区域",
)
MERGE_OUT_OF_BLOCK: Final = Kind(
    "grow.merge-out-of-block",
    "合并单元格 {reference} 从重复的块（第 {first} 到 {last} 行）里跨到了外面",
    "取消这个合并，或让它全在块里",
)
IDENTITY_TOO_LONG: Final = Kind(
    "workbook.identity-too-long",
    "名称超过 255 个字，放不进工作簿的标识里",
    "请缩短单位或模板的名称",
)
NOT_MARKED: Final = Kind("workbook.not-marked", "工作簿有损坏，没有生成标注的副本", _RESEND)
SLOT_TAKEN: Final = Kind(
    "slot.taken", "在{what}里，不能填写", "把这个名称移到别的单元格，再保存模板"
)
SLOT_HIDDEN: Final = Kind(
    "slot.hidden-by-merge",
    "在合并单元格 {reference} 里，但不是它的左上角，填了也看不见",
    "把这个名称改到合并单元格的左上角，再保存模板",
)
NO_XLSX: Final = Kind("workbook.not-xlsx", "这不是 .xlsx 或 .xlsm 工作簿", _RESAVE)
WORKBOOK_EMPTY: Final = Kind("workbook.empty", "文件是空的（0 字节）", _RESEND)
WORKBOOK_LOCKED: Final = Kind(
    "workbook.password",
    "工作簿设有打开密码，读不了里面的内容",
    "在 Excel 里选「文件 → 信息 → 保护工作簿 → 用密码进行加密」，清空密码并保存后再试",
)
WORKBOOK_XLS: Final = Kind("workbook.xls", "这是旧版 .xls 工作簿", _RESAVE)
WORKBOOK_INCOMPLETE: Final = Kind(
    "workbook.incomplete", "文件不完整或已损坏（压缩包读不出来）", _RESEND
)
COMPRESSION: Final = Kind("workbook.compression", "工作簿用了不支持的压缩方式（{what}）", _RESAVE)
ZIP_ENCRYPTED: Final = Kind(
    "workbook.zip-encrypted", "工作簿用了不支持的压缩方式（压缩包加密）", _RESAVE
)
BOMB: Final = Kind(
    "workbook.too-large",
    "解压后大得不正常，可能是恶意文件",
    "不要使用这个文件；确认来源后请对方重新发送一份",
)
NO_PART: Final = Kind("workbook.no-part", "工作簿里缺少部件 {name}", _RESEND)
PART_DAMAGED: Final = Kind("workbook.part-damaged", "工作簿的部件 {part} 已损坏", _RESEND)
WORKBOOK_MISSING: Final = Kind("workbook.missing", "找不到这个文件", "检查文件名和所在的文件夹")
WORKBOOK_A_FOLDER: Final = Kind(
    "workbook.folder", "这是一个文件夹，不是工作簿", "给出 .xlsx 文件本身"
)
WORKBOOK_CLOSED: Final = Kind(
    "workbook.closed",
    "打不开这个文件（{reason}）",
    "如果它正在别的程序里打开，先关闭它；再检查您有没有读取权限",
)
PART_TWICE: Final = Kind("workbook.part-twice", "压缩包里有两个同名部件 {part}", _RESAVE)
PART_IRREGULAR: Final = Kind(
    "workbook.part-irregular", "工作簿的部件 {part} 已损坏（内容不合规定）", _RESEND
)
PART_NOT_XML: Final = Kind(
    "workbook.part-not-xml", "工作簿的部件 {part} 已损坏（XML 读不出来）", _RESEND
)
STRICT: Final = Kind("workbook.strict", "这是「Strict Open XML」格式的工作簿，不支持", _SAVE_AS)
DOCTYPE: Final = Kind(
    "workbook.doctype",
    "部件 {part} 含有不允许的 DOCTYPE 声明，可能是恶意文件",
    "不要使用这个文件；确认来源后请对方重新发送一份",
)
PART_TOO_LARGE: Final = Kind(
    "workbook.part-too-large",
    "部件 {part} 的内容多得不正常",
    "请删去用不到的工作表和单元格，另存后再试",
)
NO_PLAIN_WORKBOOK: Final = Kind(
    "workbook.template-or-addin",
    "这是 Excel 的模板文件或加载项（.xltx、.xltm、.xlam），不是工作簿",
    "用 Excel 打开，另存为 .xlsx；有宏的存为 .xlsm",
)
NO_MAIN_PART: Final = Kind(
    "workbook.no-main-part", "这个文件里没有工作簿（缺少 workbook 部件）", _SAVE_AS
)
WORKBOOK_XLSB: Final = Kind("workbook.xlsb", "这是二进制工作簿（.xlsb）", _SAVE_AS)
OTHER_DOCUMENT: Final = Kind("workbook.other-document", "这不是 Excel 工作簿", _SAVE_AS)
NO_SHEET_PART: Final = Kind(
    "workbook.no-sheet-part", "工作簿里缺少工作表「{sheet}」的内容", _RESEND
)
NAME_TOO_LARGE: Final = Kind(
    "workbook.name-too-large",
    "名称指向的单元格太多，读不了",
    "在「公式 → 名称管理器」里把过大的名称改小，只包含要填写的单元格",
)
SHEET_DAMAGED: Final = Kind("workbook.sheet-damaged", "工作表「{sheet}」的内容已损坏", _RESEND)
SHEET_NOT_COPIED: Final = Kind(
    "workbook.sheet-not-copied",
    "工作表上有{what}，不能按单位复制",
    "把它移到别的工作表，再保存模板",
)
SHEETS_OF_FORMULA: Final = Kind(
    "workbook.formula-of-several-sheets",
    "有公式引用了好几张工作表的同一片单元格，按单位复制后不知道指哪几张",
    "把公式改成逐张引用各工作表",
)
TOO_MANY_ROWS: Final = Kind(
    "grow.too-many-rows", "有 {rows} 行数据，工作表放不下", "减少数据，或分成几个工作簿"
)
NOT_REPEATABLE: Final = Kind(
    "grow.not-repeatable",
    "重复的块（第 {first} 到 {last} 行）里有{what}，不能跟着重复",
    "把它移到块的外面；每个单位要有自己的图，可以用每个单位一张的工作表",
)
REGIONS_CROSS: Final = Kind(
    "grow.regions-cross",
    "会增长的两片区域（第 {first} 到 {last} 行、第 {other_first} 到 {other_last} "
    "行）有共同的行，不知道在哪里插入",
    "让它们占相同的行，或完全错开",
)
ROWS_OCCUPIED: Final = Kind(
    "grow.rows-occupied",
    "{what}（{reference}）占着会增长的行，不能在其中插入行",
    "把它移到别的工作表，或移到会增长的区域下面",
)
TOO_MUCH_DATA: Final = Kind(
    "slot.too-much-data",
    "放得下 {rows} 行 {columns} 列，却有 {given} 行 {width} 列数据",
    "在模板里把这个名称的区域扩大，或让它自动增长（选中这些行，起一个以 {mark} 开头的名称），"
    "或减少数据",
)
NOT_IN_ROWS: Final = Kind(
    "slot.not-in-rows",
    "有 {rows} 行 {columns} 列，给的却不是一行一行的数据",
    "按行给出数据，或把模板里的这个名称改成一行或一列",
)
ONLY_ONE_VALUE: Final = Kind(
    "slot.only-one-value",
    "有 {rows} 行 {columns} 列，却只给了一个值",
    "按行给出数据，或把模板里的这个名称改成一个单元格",
)
SLOT_UNKNOWN: Final = Kind(
    "slot.unknown",
    "模板里没有名称「{name}」",
    _MANAGER,
    near="相近的有 {like}；" + _MANAGER,
)
VALUE_HIDDEN: Final = Kind(
    "slot.value-hidden",
    "有值落在被合并的单元格里，填了也看不见",
    "在模板里取消这片区域的合并单元格，或把该处的值留空",
)
TWO_VALUES: Final = Kind(
    "slot.two-values",
    "与「{other}」是同一个单元格，却给了两个不同的值",
    "在模板里把其中一个名称移到别的单元格",
)
NO_STYLES: Final = Kind(
    "workbook.no-styles", "模板没有单元格样式，放不了日期", "用 Excel 打开模板，另存一次后再试"
)

# Names that point at no cells to fill.

CELLS_GONE: Final = Kind("slot.cells-gone", "指向的单元格已被删除（#REF!）", _POINT + "，或删掉它")
ANOTHER_WORKBOOK: Final = Kind(
    "slot.another-workbook", "指向另一个工作簿", _AT_NAMES + "让它指向本工作簿的单元格"
)
NO_SUCH_SHEET: Final = Kind(
    "slot.no-such-sheet", "指向的工作表不存在，或不是普通工作表", _POINT + "，或删掉它"
)
SEVERAL_AREAS: Final = Kind(
    "slot.several-areas", "指向好几片区域", "只让它指向一片连续的区域；需要几片就各起一个名称"
)
AREA_TOO_LARGE: Final = Kind(
    "slot.area-too-large", "指向整行、整列或太大的区域", _AT_NAMES + "让它只包含要填写的单元格"
)
NO_CELLS: Final = Kind("slot.no-cells", "是常量或公式，不指向单元格", _POINT)

# Names that a template should have.

LACKS_UNIT: Final = Kind(
    "template.lacks-unit", "看不出是谁的工作簿", "给写单位名称的单元格起名 unit.name"
)
LACKS_MONTH: Final = Kind(
    "template.lacks-month", "看不出是哪个月的", "给写月份的单元格起名 period.month"
)
LACKS_AGENTS: Final = Kind(
    "template.lacks-agents",
    "{slot} 交回时只能按第几行认",
    "给写工号的单元格起名 members.工号，和它占相同的行，锁定不让改",
)
