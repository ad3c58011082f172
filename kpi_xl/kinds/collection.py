"""Kinds of problems with returned workbooks and their cells."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_RESAVE: Final = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿 (*.xlsx)”，再放进来"
_RESEND: Final = "请对方从下发的原表重新发送一份"
_SEND_WORKBOOK: Final = "请对方发送填好的 Excel 文件"
_NEWER: Final = "已按新的收取；要以这一份为准，请删去新的再用“清空”规则收一次"
_COMPARE: Final = "请核对；不对就改正后再发一次"


NAME_GARBLED: Final = Kind("returned.name-garbled", "文件名里有乱码", "请改一个名字，再收一次")
A_FOLDER: Final = Kind(
    "returned.folder", "这是一个文件夹，不是工作簿", "文件夹里的文件照常收取；不用处理"
)
SHOWN_OTHERWISE: Final = Kind(
    "returned.shown-otherwise",
    "表上写的是“{shown}”，里面的标识是“{identity}”的：表和标识不是同一份",
    "请对方在自己收到的原表里填写；不要把别人的表复制过来",
)
SHEET_SHOWN_OTHERWISE: Final = Kind(
    "returned.sheet-shown-otherwise",
    "工作表上写的是“{shown}”，里面的标识是“{unit}”的",
    "请在下发的原表里重新填写，不要互相复制工作表",
)
SHEET_NOT_SENT: Final = Kind(
    "returned.sheet-not-sent",
    "这张工作表是单位“{unit}”的，下发给他的表里没有它",
    "没有收取这一张；请从那个单位自己的表里收",
)
SHEET_SEVERAL: Final = Kind(
    "returned.sheet-several",
    "单位“{unit}”的工作表有 {count} 张：{sheets}，不知道算哪一张",
    "请只留填好的一张，再发一次",
)
SHEET_GONE: Final = Kind(
    "returned.sheet-gone",
    "单位“{unit}”的工作表找不到了",
    "请在下发的原表里重新填写，不要删除工作表",
)
IDENTITY_CHANGED: Final = Kind(
    "returned.identity-changed",
    "里面的标识与下发记录不一致，可能被改过",
    _RESEND,
)
PASSWORD_OTHER: Final = Kind(
    "returned.password-unknown",
    "工作簿设有打开密码，密码表里没有一个能打开它",
    "请保持下发时的文件名再试，或请对方取消密码后发回",
)
SAVED_IMPOSSIBLE: Final = Kind(
    "returned.saved-impossible",
    "里面写的保存时间（{saved:%Y-%m-%d %H:%M}）不可能，分不出哪一份最新",
    "请对方核对电脑的日期，用 Excel 打开、保存一次再发回",
)
NO_IDENTITY: Final = Kind(
    "returned.no-identity",
    "里面没有下发时的标识：不是下发的表，或内容被复制到了别的工作簿里",
    "请对方在收到的原表里填写后发回",
)
OF_ANOTHER_PROJECT: Final = Kind(
    "returned.of-another-project",
    "不是这个项目下发的（{period} {template}，{recipient}）",
    "请核对是不是别的机构或别的项目的表；是的话请转交",
)
NO_TOKEN: Final = Kind(
    "returned.no-token",
    "标识里没有防止冒用的暗号：它是旧版本的程序下发的，或标识被人动过",
    "旧版本下发的表都要重新下发：distribute 加上 --again，请对方填写新收到的表",
)
NO_WORKBOOK: Final = Kind("returned.not-a-workbook", "这不是 Excel 工作簿", _RESEND)
PASSWORD_NEEDED: Final = Kind(
    "returned.password-needed",
    "工作簿设有打开密码",
    "请用 --passwords 给出密码表再收一次，或请对方取消密码后发回",
)
CHANGED_MEANWHILE: Final = Kind(
    "returned.changed-meanwhile", "收取时文件变了", "请等文件放好后再收一次"
)
ODS_NOT_CONVERTED: Final = Kind(
    "returned.ods-not-converted",
    "这是 .ods 文件，转换不了",
    _RESAVE,
)
OLD_XLS: Final = Kind(
    "returned.old-xls",
    "这是旧版 .xls 工作簿",
    _RESAVE,
)
RETURNED_ARCHIVE: Final = Kind("returned.archive", "这是压缩包", "请先解压，把里面的工作簿放进来")
NO_FOLDER: Final = Kind(
    "returned.no-folder", "没有文件夹“{folder}”", "请把收回的工作簿放进去，或写出它们所在的文件夹"
)
NOTHING_HANDED_OUT: Final = Kind(
    "returned.nothing-handed-out",
    "这个项目还没有下发过，没有可以核对的记录",
    "请先用 kpi-xl distribute 下发",
)
TEMPLATE_NOT_RECORDED: Final = Kind(
    "returned.template-not-recorded", "它的模板不在下发记录里", "请核对是不是别的项目下发的"
)
NO_RULE: Final = Kind("returned.no-such-rule", "没有“{rule}”这条规则", "可以写：{known}")
_SEE_HISTORY: Final = "请用 kpi-xl history 看每一次回收的编号"
NO_COLLECTION: Final = Kind(
    "history.no-such-collection", "没有第 {number} 次回收，一共 {last} 次", _SEE_HISTORY
)
IS_WITHDRAWAL: Final = Kind(
    "history.is-withdrawal",
    "第 {number} 次是撤回（撤回了第 {other} 次），不能再撤回",
    "要恢复撤回的内容，请把那些文件放回文件夹，再收一次",
)
IS_EARLIER: Final = Kind(
    "history.is-earlier",
    "第 {number} 次是升级以前收的全部内容，分不出哪一次收的，不能整次撤回",
    "请把要留下的工作簿放进文件夹，用“清空”规则重收",
)
REASON_WITHOUT_UNDO: Final = Kind(
    "history.reason-without-undo",
    "--reason 是撤回的原因，要和 --undo 一起写",
    "请写 kpi-xl history --undo 编号 --reason 原因",
)
NOTHING_TO_TRACE: Final = Kind(
    "trace.nothing-of-that-name",
    "没有指标叫“{what}”，收回的表里也没有人填过叫这个的",
    "可以写指标（活动率）、活动率.目标、拜访数，或 kpi-xl template 列出的名称",
)
SEVERAL_PEOPLE: Final = Kind(
    "trace.several-people", "叫“{name}”的有几个人：工号 {agents}", "请写工号"
)
ALREADY_WITHDRAWN: Final = Kind(
    "history.already-withdrawn",
    "第 {number} 次回收在 {at:%Y-%m-%d %H:%M} 已由 {by} 撤回",
    _SEE_HISTORY,
)
_WRITE_DAY: Final = "请写成 2024-06-03 这样的日期"
DAY_WANTED: Final = Kind("answer.day-wanted", "这里要填日期", _WRITE_DAY)
DAY_UNREADABLE: Final = Kind("answer.day-unreadable", "这里要填日期（{reason}）", _WRITE_DAY)
ANSWER_TOO_LARGE: Final = Kind(
    "answer.number-too-large", "数字太大", "请核对有没有多写几位；编号请写成文字"
)
NOT_IN_LIST: Final = Kind("answer.not-in-list", "不在可以选的内容里", "请从列表里选：{choices}")
BOOLEAN_FOR_NUMBER: Final = Kind(
    "answer.boolean-for-number", "这里要填数字，填的是“真”或“假”", "请改填数字"
)
DAY_FOR_NUMBER: Final = Kind(
    "answer.day-for-number", "这里要填数字，填的是日期", "请改填数字，并把单元格格式改回数值"
)
NOT_EQUAL: Final = Kind("answer.not-equal", "{what}只能是 {bound}", "请改正")
EQUAL: Final = Kind("answer.equal", "{what}不能是 {bound}", "请改正")
NOT_GREATER: Final = Kind("answer.not-greater", "{what}要大于 {bound}", "请改正")
NOT_LESS: Final = Kind("answer.not-less", "{what}要小于 {bound}", "请改正")
LESS: Final = Kind("answer.less", "{what}不能小于 {bound}", "请改正")
GREATER: Final = Kind("answer.greater", "{what}不能大于 {bound}", "请改正")
NOT_BETWEEN: Final = Kind("answer.not-between", "{what}要在 {first} 到 {last} 之间", "请改正")
BETWEEN: Final = Kind("answer.between", "{what}不能在 {first} 到 {last} 之间", "请改正")
TAKEN_AS_NUMBER: Final = Kind(
    "answer.taken-as-number", "数字写成了文字，已按 {number:,} 收下", _COMPARE, set_aside=False
)
DAY_OF_TEXT: Final = Kind(
    "answer.day-of-text", "日期写成了文字，已按 {day} 收下", _COMPARE, set_aside=False
)
DAY_OF_NUMBER: Final = Kind(
    "answer.day-of-number", "日期显示成了数字，已按 {day} 收下", _COMPARE, set_aside=False
)
PLACES_GONE: Final = Kind(
    "answer.places-gone",
    "有 {count} 处填写的位置找不到了：工作表、行列或名称被删除",
    "请在下发的原表里重新填写，不要删除工作表、列或名称",
)
PEOPLE_MISSING: Final = Kind(
    "answer.people-missing", "名单里少了工号 {people}", "请补上被删除的行，或说明这些人不再填写"
)
MERGE_SPLIT: Final = Kind(
    "answer.merge-split",
    "合并的单元格被拆开，内容写在了几个单元格里",
    "请全部写进左上角的 {reference}",
)
TWO_ROWS: Final = Kind(
    "answer.two-rows", "“{key}”有两行（另一行在 {other}），不知道算哪一行", "请只留一行"
)
NOT_SENT_TO: Final = Kind(
    "answer.agent-not-sent",
    "这一行的工号“{agent}”不在下发的名单里",
    "请改回下发时的工号；要增加的人请另行说明",
)
MERGED: Final = Kind(
    "answer.merged", "单元格被合并了，不知道各格是多少", "请取消合并，把每一格分别填好"
)
ANSWER_NOT_COMPUTED: Final = Kind(
    "answer.formula-not-computed",
    "这里是公式，但没有算出结果",
    "请改填数值，或用 Excel 打开后再保存一次",
)
ANSWER_FAILED: Final = Kind("answer.formula-failed", "公式出错（{error}）", "请改填数值，或清空")
WHOLE_WANTED: Final = Kind("answer.whole-wanted", "这里要填整数", "请改成整数")
TEXT_FOR_NUMBER: Final = Kind(
    "answer.text-for-number", "这里要填数字，填的是文字", "请只填数字，不要写单位或说明"
)
COLUMNS_CHANGED: Final = Kind(
    "answer.columns-changed",
    "名称「{slot}」的列数变了，读不准",
    "请从下发的原表重新填写，不要插入、删除列",
)

# Files that are no workbooks.

A_LINK: Final = Kind("returned.link", "这是一个快捷方式（链接），不是文件", "请把文件本身放进来")
NO_PLAIN_FILE: Final = Kind("returned.no-plain-file", "这不是普通文件", "不用处理")
RETURNED_TOO_LARGE: Final = Kind(
    "returned.too-large",
    "文件有 {megabytes} MB，比下发的表大得多",
    "请对方删去图片等多余的内容，或从下发的原表重新填写",
)
OF_OPEN_EXCEL: Final = Kind(
    "returned.of-open-excel",
    "这是 Excel 打开文件时的临时文件，不是工作簿",
    "关闭 Excel 后它会自己消失；不用处理",
)
OF_SYSTEM: Final = Kind("returned.of-system", "这是系统的文件，不是工作簿", "不用处理")
DOWNLOADING: Final = Kind("returned.downloading", "文件还没有下载完", "请重新下载")
RETURNED_EMPTY: Final = Kind("returned.empty", "文件是空的（0 字节）", _RESEND)
A_CSV: Final = Kind("returned.csv", "这是 .csv 文件，里面没有格式，认不出是谁的哪张表", _RESEND)
A_PDF: Final = Kind("returned.pdf", "这是 PDF，读不出填写的内容", _SEND_WORKBOOK)
A_PICTURE: Final = Kind("returned.picture", "这是图片，读不出填写的内容", _SEND_WORKBOOK)
A_PAGE: Final = Kind("returned.page", "这是网页，只是名字像 Excel 文件", _RESAVE)
NOT_OPENED: Final = Kind(
    "returned.not-opened",
    "打不开（{reason}）",
    "如果它正在别的程序里打开，先关闭它；再看有没有读取权限",
)

# Files that were not needed.

SAME_FILE: Final = Kind(
    "returned.same-file", "与“{other}”内容完全相同", "只算一次，不用处理", set_aside=False
)
NEWER_TAKEN: Final = Kind("returned.newer-taken", "有更新的版本“{other}”", _NEWER, set_aside=False)
NEWER_BEFORE: Final = Kind(
    "returned.newer-before",
    "以前收过更新的版本（{saved:%Y-%m-%d %H:%M} 保存）",
    _NEWER,
    set_aside=False,
)
NEWER_OF_ROUND: Final = Kind(
    "returned.newer-of-round",
    "以前收过更新的版本（第 {round} 轮的，{saved:%Y-%m-%d %H:%M} 保存）",
    _NEWER,
    set_aside=False,
)

RETURNED_FAULT: Final = Kind(
    "returned.program-fault",
    "程序出错了（{error}）",
    _RESEND + "；仍不行的，请把 {log} 发给维护人员",
)
