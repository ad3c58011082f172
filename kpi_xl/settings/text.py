"""The text of a new kpi.toml: every setting with an explanation."""

from __future__ import annotations

import json
from string import Template
from typing import Final

REPORT: Final = "月度KPI表"
"""The template that `refresh` fills for every unit, where kpi.toml names no other."""

_TEXT: Final = """\
# kpi_xl 的项目设置。每一项都有默认值：整行删掉，或在行首加 #，就按默认办。
# 界限、目标、月份截止、放假也可以在 设置.xlsx 里改（kpi-xl settings sheet），写了的以它为准。
# 改完保存（UTF-8 编码），下次刷新数据时生效。中文的键要写在英文引号里。

[project]
# 机构名称，也就是最上一级单位；目标表里最上一级（分公司）的单位写的是它。
name = "$name"
# 原始数据放在哪个文件夹（相对本文件）。
data = "data"
# kpi-xl refresh 生成哪一种报表：官方模板的名称，或自己工作簿的路径。
# 汽车经销用“销售漏斗月报”，零售用“门店月度KPI表”。
report = "$report"
# 首页上大的金额写成 万元 还是 元；要填数的格子一律是元。
# money = "万元"
# 哪些指标是主要的：首页、月报网页、晨会稿、助手先说它们，第一个金额或数量是这个月的结果。
# 自己的指标也可以；不写则按行业（保险看首年度保费、活动率……）。
$main_kpis

[levels]
# 各级单位在这里叫什么；不写就叫分公司、营业区、营业部、营业组。目标表里两种叫法都认。例如：
$levels
# 级数也不一样的，改为从上到下写 2 到 6 级，上面那样的叫法就不写了；人员表里从第二级起各一列。
# main 是月报、预警、目标默认看的一级，不写则为最低一级的上一级。写成
#   names = ["集团", "大区", "城市", "门店"]
#   main = "门店"

[files]
# 文件名里有“人员”“保单”“续期”这样的表名时会自动认出，不必写。
# 认不出时在这里指定；* 代表任意文字，一张表可以由几个文件拼成。例如：
# "保单" = "核心系统导出*.csv"
# "活动" = ["一季度日志.xlsx", "二季度日志.xlsx"]

[columns."人员"]
# 列名也会自动认（“工号”“业务员代码”“agent_id”都认得）。
# 认不出时，左边写标准列名，右边写文件里的列名。例如：
# "工号" = "EmployeeID"
# "签约日期" = "orighiredate"

[columns."保单"]
# "首年保费" = "规模保费"

[sheets]
# 单个文件或工作表是哪张表、哪一列是什么；不要读的，table 写 "不读"。
# kpi-xl map 逐个问，问完写在这里。
# "台账*.xlsx「1月」" = { table = "保单", columns = { "首年保费" = "规保" } }
# "业绩.xls" = { table = "保单", units = { "规保" = "万元" }, unused = ["备注2"] }
# "人事.xls" = { table = "人员", statuses = { "单态" = { "T" = "离职" } } }

[dates]
# 8/28/1989 这样的日期按什么顺序读：ymd 年月日，mdy 月日年，dmy 日月年。
order = "ymd"
# 有的系统用一个假日期表示“没有日期”（例如没有离司），写在这里就当作空白。
no_date = ["1900/1/1", "9999/12/31"]

[rules]
# 一个月 FYC 达到多少元才算有效人力。
effective_fyc = 800
# 续期保费过了应收日多少天以内收到，仍算按期收到。
grace_days = 60
# 综合持续率 = 保费持续率 × 这个权重 + 件数持续率 × 其余。
premium_weight = 0.7
# 同级单位（有数的）少于几个时，工作簿和函数里不显示同级的最好、四分位、中位：那就是别人自己的数。
fewest_peers = 4
# 同级单位只在同一渠道（或同一营业区、营业部）里比名次、最好、四分位、中位；不写则同一级的都比。
# 渠道从人员表的“渠道”列看出，九成以上的人是哪个渠道就算哪个：银保的营业部不和个险的比。
# peers_within = "渠道"
# 360 度评价里，同级、下级、客户少于几个人打分时，这一方的分不显示，也不计入：那就是别人自己的分。
fewest_raters = 3
# 360 度评价各方的权重，只看比例；自评不计入。
rater_weights = { "上级" = 40, "同级" = 20, "下级" = 30, "客户" = 10 }
# 业务月截止到几号：写 25 则每月为上月 26 日至本月 25 日，但 1 月从 1 日开始，12 月到年底为止。
# month_cut = 25
# 哪些职级不计入人力（例如试用）。
# uncounted_ranks = ["试用业务员"]
# 保单表的终止原因是这些的，不计入 13 个月、25 个月继续率。
# excluded_endings = ["理赔终止", "迁出"]
# 数据到哪一天为止；不写则从保单、活动、计数的日期看出，没有这些的看实收和出勤。
# 最后一个月由保单、续期、活动、出勤、计数看出；这些都停在以前的月，就写在这里。
# 没有过完的月只和同样这些天比。
# as_of = 2024-06-14

[calendar]
# 国务院公布了的放假、调休程序已经知道。还没有公布的年份，法定节日（春节、清明、端午、中秋推算）连同
# 补假按休息算，用到的计划、表格都写明“放假安排未公布，按法定节日暂定”。
# 公布以后把通知抄在这里：休息日、上班日以这里为准；写全了的年份写进“已公布”，就不再提示。
# 自己单位的休息日（如司庆）、周末加班，也写在这里。
# "休息日" = ["2027-01-01 至 2027-01-03", "2027-02-05 至 2027-02-11"]
# "上班日" = ["2027-02-14"]
# "已公布" = [2027]

[returned]
# 收回的表里填的，和原始数据里同一个目标、同一天的活动不一样时，以哪一个为准：回收或原始。
# "目标" = "回收"
# "活动" = "原始"
# "预收" = "原始"

[time_boxes]
# 主管日程、营业部经理行事历里每项活动排多少分钟（时间盒），一天最多排多少。
# "陪访" = 120
# "面谈" = 30
# "辅导" = 60
# "会议" = 60
# "例会" = 120
# "培训" = 60
# "每天" = 420

[engine]
# 原始数据在 data 文件夹里的文件时不用改。
url = "duckdb:///kpi.duckdb"
# 原始表在公司的 PostgreSQL 里时这样写，只要读取权限；不再读 data 文件夹。
# 表名和列名按 kpi_xl 的英文代码（可以是视图），金额是以分计的整数。密码放在 PGPASSWORD 或 .pgpass。
# 表在别的 schema 里时，末尾加 ?options=-csearch_path%3D那个schema
# url = "postgresql://reader@db.example.com/sales"
# 原始表是 Spark 上的 Parquet 或 Hive 表时：
# url = "spark://spark.example.com:7077?database=sales"

[mail]
# 用邮件下发时填写。密码不写在这里：放在环境变量 KPI_XL_MAIL_PASSWORD，或系统的密码库里
# （pip install keyring 后运行 keyring set kpi_xl 用户名）。
# host = "smtp.example.com"
# security 写 starttls（端口默认 587）、tls（465），内网不加密的写 none（25）。
# security = "starttls"
# port = 587
# user = "kpi@example.com"
# 发件人；不写则与 user 相同。
# sender = "kpi@example.com"
# 标题和正文里可以写 {单位} {姓名} {月份} {模板} {文件}；正文放在本文件夹的一个文本文件里。
# subject = "{月份}{模板}：{姓名}"
# text = "邮件正文.txt"

[reminders]
# kpi-xl distribute 模板 --remind 催没有交的人：下发后第几个工作日提醒本人，第几个工作日起告诉主管。
# "本人" = [2, 4]
# "主管" = [5, 8]

[server]
# 给 Mac 版、网页版 Excel 用的服务（kpi-xl serve）。先看文档《Mac 和网页版 Excel》里的许可说明。
# 在哪里监听；workers 是几个进程。
# host = "127.0.0.1"
# port = 8443
# workers = 1
# 大家的 Excel 用哪个地址找到它，写进清单（manifest）。
# address = "https://kpi.example.com"
# 证书和私钥（PEM 文件，相对本文件）；前面有网关提供 https 的不写。
# certificate = "kpi.pem"
# key = "kpi.key"
# 每人每分钟最多几次请求；一次请求最多几 MB。
# requests_per_minute = 600
# megabytes = 20
# 每个进程最多同时有多少个连接；同一个地址最多占四分之一（前面有网关时，网关算一个地址）。
# connections = 400
# 用公司账号（Entra ID）登录的，写租户和应用程序的 ID：
# entra = { tenant = "…", client = "…" }

[server.roles]
# 角色能看哪些单位（写路径，连同下面的单位）；"*" 是全部。
# "内勤" = "*"
# "主管.城东" = ["城东营业部"]

[server.keys]
# 不用公司账号的，给每人一个密钥：kpi-xl addin key 角色 会给出一行，写在这里。

[targets]
# 目标表里没有给一个单位写目标的，按这里的；只有比率、人均的指标可以写。例如：
# "活动率" = 0.75

[bands]
# 健康线与危险线：达到 healthy 为健康，低于 danger 为危险，中间为异常。
# 比率写小数；越低越好的指标（如脱落率）反过来。不写的指标按公开标准。
# 不写 danger 时，取健康线的 90%。
"""

_LEVELS_EXAMPLE: Final = '# "营业部" = "门店"'

_MAIN_EXAMPLE: Final = '# main_kpis = ["首年度保费", "主险件数", "活动率"]'

_BANDS_EXAMPLE: Final = """\
# "活动率" = { healthy = 0.8, danger = 0.72 }
"""


def settings_text(
    name: str,
    bands: str = _BANDS_EXAMPLE,
    report: str = REPORT,
    levels: str = _LEVELS_EXAMPLE,
    main_kpis: str = _MAIN_EXAMPLE,
) -> str:
    """The content of a new kpi.toml.

    Parameters
    ----------
    name : str
        The name of the branch.
    bands : str
        The lines of its section on bands.
    report : str
        The template that ``refresh`` fills.
    levels : str
        The lines of its section on the levels' own names.
    main_kpis : str
        The line of its main KPIs.

    Returns
    -------
    str
        TOML with comments in Chinese.
    """
    # A TOML string is written as JSON writes one.
    given = {"name": name, "report": report}
    quoted = {key: json.dumps(text, ensure_ascii=False)[1:-1] for key, text in given.items()}
    return Template(_TEXT).substitute(quoted, levels=levels, main_kpis=main_kpis) + bands
