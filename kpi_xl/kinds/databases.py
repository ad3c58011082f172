"""Kinds of problems with a company's own database."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

NOT_GRANTED: Final = Kind(
    "database.not-granted",
    "数据库 {where} 没有授予读取权限",
    "请管理员执行 GRANT SELECT（只读即可）",
)
NOT_COMPUTED_THERE: Final = Kind(
    "database.not-computed",
    "数据库 {where} 没能算完",
    "请稍后再试，或把括号里的原因告诉数据库管理员",
)
URL_UNREADABLE: Final = Kind(
    "database.url",
    "[engine] url 写法有误",
    "请写成 postgresql://用户@主机/数据库，特殊字符用 %XX 表示",
)
NO_POSTGRES_DRIVER: Final = Kind(
    "component.postgres-missing",
    "没有安装 PostgreSQL 的驱动",
    "请运行 pip install 'kpi_xl[postgres]'",
)
NOT_CONNECTED: Final = Kind(
    "database.not-connected",
    "连不上数据库 {where}",
    "请核对 kpi.toml 的 [engine] url、网络和密码（密码放在 PGPASSWORD 或 .pgpass 里）",
)
COLUMN_TYPE: Final = Kind(
    "database.column-type",
    "{title}的 {table}.{code}（{column}）类型不对，应当是{named}",
    "请建一个视图，把这一列换成需要的类型",
)
NO_TABLE: Final = Kind(
    "database.no-table",
    "{title}里没有 {code} 表（{table}）",
    "请按 kpi_xl 的表名和列名建表或视图，并授予读取权限；表在别的 schema 里时，在网址后面写 "
    "?options=-csearch_path%3D那个schema",
)
NO_COLUMN: Final = Kind(
    "database.no-column",
    "{title}的 {code} 表（{table}）没有 {column_code} 列（{column}）",
    "请在表或视图里加上这一列：{meaning}",
)
NO_OWN_TABLE: Final = Kind(
    "database.no-own-table",
    "{title}里没有“{name}”这张表，用到它的指标没有数",
    "请建表或视图，名称写“{name}”，或把它在数据库里的名称写进 aliases，并授予读取权限",
    set_aside=False,
)
NO_SPARK: Final = Kind(
    "component.spark-missing", "没有安装 Spark", "请运行 pip install 'kpi_xl[spark]'"
)
SPARK_NOT_CONNECTED: Final = Kind(
    "database.spark-not-connected",
    "连不上 Spark {master}",
    "请核对 [engine] url，并确认装有 Java 17",
)
SPARK_NOT_COMPUTED: Final = Kind(
    "database.spark-not-computed", "Spark {master} 没能算完", "请把括号里的原因告诉管理员"
)
