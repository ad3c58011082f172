"""Kinds of problems with KPIs that a project declares itself."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_AS_IN_EXCEL: Final = "请像在 Excel 里一样写，如 =首年度佣金/主险件数"

FORMULA_EMPTY: Final = Kind("formula.empty", "没有公式", _AS_IN_EXCEL)
FORMULA_TOO_LONG: Final = Kind(
    "formula.too-long", "公式有 {length} 个字，太长", "请拆成几个指标：一个指标的公式里可以用另一个"
)
FORMULA_TOO_DEEP: Final = Kind(
    "formula.too-deep", "公式的括号套得太深", "请拆成几个指标：一个指标的公式里可以用另一个"
)
FORMULA_TOO_LARGE: Final = Kind(
    "formula.number-too-large",
    "公式里的数“{text}”太大，表格里写不下",
    "请写成普通的数，如 0.3、10000",
)
FORMULA_TOO_MUCH: Final = Kind(
    "formula.too-much",
    "公式连同它用到的指标、月份有 {size:,} 步，太多",
    "最多 {most:,} 步：请少用几个指标，或少取几个月",
)
FORMULA_MONTHS: Final = Kind(
    "formula.months",
    "{name} 的第二个参数应当是几个月",
    "请写 2 到 {most} 的整数，如 移动平均(FYP, 3)",
)
FORMULA_UNFINISHED: Final = Kind("formula.unfinished", "公式没有写完", _AS_IN_EXCEL)
FORMULA_NOT_EXPECTED: Final = Kind("formula.not-expected", "公式里的“{text}”放得不对", _AS_IN_EXCEL)
FORMULA_TEXT: Final = Kind(
    "formula.text", "公式里有文字 {text}", "公式里只能有数、指标和项目；名称不用加引号"
)
FORMULA_CELL: Final = Kind(
    "formula.cell", "公式里的“{text}”是单元格", "请写指标或项目的名称，如 活动率、主险件数"
)
FORMULA_OPERATOR: Final = Kind(
    "formula.operator", "公式里不能用“{text}”", "可以用 + − × ÷、比较和括号"
)
FORMULA_NAME_UNKNOWN: Final = Kind(
    "formula.name-unknown",
    "公式里的“{name}”不是指标，也不是项目",
    "kpi-xl explain 列出全部指标；项目是指标公式里的数，如 主险件数",
    near="是不是：{like}",
)
FORMULA_NAME_GIVEN: Final = Kind(
    "formula.name-given",
    "“{name}”在原始数据里没有，只有填函数的人知道",
    "请用原始数据里有的指标和项目",
)
FORMULA_NAME_APART: Final = Kind(
    "formula.name-apart", "“{name}”是按类别分开的，没有一个总数", "请用不分类别的指标和项目"
)
FORMULA_FUNCTION_UNKNOWN: Final = Kind(
    "formula.function-unknown", "公式里不能用函数 {name}", "可以用的函数：{known}"
)
FORMULA_ARGUMENTS: Final = Kind(
    "formula.arguments", "函数 {name} 有 {count} 个参数", "应当有 {wanted} 个，请补上或去掉"
)
FORMULA_UNITS: Final = Kind(
    "formula.units",
    "公式把单位不一样的数放在一起{how}：{left} 和 {right}",
    "请核对公式：单位一样的才能{how}；不一样的先乘或除成一样的",
)
FORMULA_CONDITION_COMPARED: Final = Kind(
    "formula.condition-compared",
    "公式里把条件和别的比较",
    "条件（如 拜访数>3）只有成立和不成立：请用 IF 写成数，几个条件用 AND、OR 连起来",
)
FORMULA_BY_ZERO: Final = Kind("formula.by-zero", "公式里除以 0", "请改正公式")
FORMULA_NO_NAME: Final = Kind(
    "formula.no-name", "公式里一个指标、一个项目也没有", "只有数的公式每个单位都一样，不是指标"
)

FORMULA_FACTORS: Final = Kind(
    "formula.factors",
    "{kpi} 的公式由 {count} 项组成，太多，不能分解",
    "请把几项写成一个指标，公式里用这个指标",
)

DEFINITION_NAME: Final = Kind("definition.name", "这一行没有指标名称", "请在“名称”里写上指标叫什么")
DEFINITION_NAME_BAD: Final = Kind(
    "definition.name-bad",
    "“{name}”不能做指标的名称",
    "名称用汉字、字母、数字和下划线，至少有一个汉字或字母，最长 {most} 个字",
)
DEFINITION_TAKEN: Final = Kind(
    "definition.taken", "“{name}”已经是{whose}的名称", "请换一个名称；自定义的指标不能改动标准指标"
)
DEFINITION_TWICE: Final = Kind("definition.twice", "“{name}”定义了两次", "请只留一个")
DEFINITION_CODE: Final = Kind(
    "definition.code",
    "代码“{code}”不能用",
    "代码以 KPI_ 开头，后面是大写字母、数字和下划线；可以不写",
)
DEFINITION_CIRCLE: Final = Kind(
    "definition.circle", "公式绕了一圈又回到自己：{circle}", "请改正其中一个公式"
)
DEFINITION_PART_WRONG: Final = Kind(
    "definition.part-wrong", "公式里用到的“{name}”自己的定义有错", "请先改正“{name}”"
)
DEFINITION_TWO_WAYS: Final = Kind(
    "definition.two-ways", "又写了公式，又写了怎么统计", "请只留一种；公式里可以用自己统计的项目"
)
DEFINITION_UNIT: Final = Kind("definition.unit", "没有“{unit}”这个单位", "可以写的有：{known}")
DEFINITION_UNIT_OTHER: Final = Kind(
    "definition.unit-other",
    "单位写的是{unit}，公式算出来的是{found}",
    "请核对公式和单位",
)
DEFINITION_DIRECTION: Final = Kind("definition.direction", "“方向”看不懂", "可以写：{known}")
DEFINITION_BOUND: Final = Kind("definition.bound", "“{which}”不是数", "请写数，如 0.8 或 80%")
DEFINITION_BOUND_PERCENT: Final = Kind(
    "definition.bound-percent",
    "单位是 %，“{which}”写的 {text} 就是 {meant}",
    "请写 0.8 或 80% 这样的数",
)
DEFINITION_PERCENT_TWICE: Final = Kind(
    "definition.percent-twice",
    "单位是 %，公式又乘了 100，显示出来会大 100 倍",
    "请去掉公式里的 100，或不写单位",
)
DEFINITION_BOUNDS_CROSSED: Final = Kind(
    "definition.bounds-crossed", "危险线比健康线还好", "请核对两条线和方向"
)
DEFINITION_BOUNDS_NEUTRAL: Final = Kind(
    "definition.bounds-neutral", "不分好坏的指标不能有健康线", "请写明方向，或去掉健康线、危险线"
)
DEFINITION_FORMAT: Final = Kind(
    "definition.format", "“格式”不能用", "请写 Excel 的数字格式，如 0.0% 或 #,##0.00；可以不写"
)
DEFINITION_FIELD: Final = Kind(
    "definition.field",
    '[{section}."{name}"] 里没有“{key}”这一项',
    "可以写的有：{known}",
    near="是不是：{like}",
)
DEFINITION_FIELD_TEXT: Final = Kind("definition.field-text", "“{key}”应当是文字", "请加上引号")

DEFINITIONS_TOO_LARGE: Final = Kind(
    "definitions.too-large", "文件有 {megabytes} MB，不是指标定义", "请换回原来的文件"
)
DEFINITIONS_TOO_MANY: Final = Kind(
    "definitions.too-many", "指标定义多于 {most} 行", "请删去不用的行"
)
DEFINITIONS_THERE: Final = Kind(
    "definitions.there", "已经有这个文件", "里面可能写着定义；要重写请加 --force"
)
DEFINITIONS_WRONG: Final = Kind(
    "definitions.wrong",
    "自定义指标：{wrong} 个定义不能用",
    "kpi-xl definitions list 逐个说明怎么改",
    set_aside=False,
)
DEFINITIONS_NO_SHEET: Final = Kind(
    "definitions.no-sheet",
    "没有一张工作表有“名称”和“公式”两列",
    "请把标题行写回去；kpi-xl definitions new --force 写一份新的",
)
DEFINITIONS_SHEET_NOT_READ: Final = Kind(
    "definitions.sheet-not-read",
    "这张工作表也写着定义，没有读：读的是“{read}”",
    "要用的定义请写到“{read}”里；只是备份的，请删去或隐藏",
)
DEFINITIONS_COLUMN_TWICE: Final = Kind(
    "definitions.column-twice",
    "标题行里有两列“{name}”，不知道是哪一列",
    "请删去一列，或改掉它的标题",
)
DEFINITIONS_UNREADABLE: Final = Kind(
    "definitions.unreadable", "指标定义读不了，文件可能坏了", "请用 Excel 打开另存，或换回备份"
)
