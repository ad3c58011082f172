"""Kinds of problems that stop a distribution: the record, addresses, passwords, mail."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

RECORD_NEWER: Final = Kind(
    "record.newer", "下发和回收的记录是更新的程序写的，这个程序读不懂", "请升级 kpi_xl 再运行"
)
NO_CONTACTS: Final = Kind(
    "contacts.missing",
    "没有通讯录，不知道邮件发到哪里",
    "请在项目文件夹里放一个{file}，列名为：单位、工号、邮箱（单位和工号填一个即可）",
)
NO_KEY_COLUMN: Final = Kind(
    "contacts.no-key-column", "没有“单位”或“工号”列", "请加上其中一列，写明各是谁的"
)
TWO_FOR_ONE: Final = Kind("contacts.two-for-one", "“{key}”有两个不同的{what}", "请只留一个")
CONTACT_SEVERAL: Final = Kind(
    "contacts.unit-several",
    "有 {count} 个单位叫“{label}”，不知道是哪一个；什么都还没有生成、发出",
    "请写全称：{paths}",
)
CONTACT_TWICE: Final = Kind("contacts.unit-twice", "“{unit}”写了两次，内容不同", "请只留一个")
ADDRESS: Final = Kind("contacts.address", "“{key}”的邮箱写法有误", "请改正")
PDF_ENCRYPTION_MISSING: Final = Kind(
    "component.pdf-encryption-missing",
    "给 PDF 加密需要的组件还没有安装（pypdf）",
    '请运行 pip install "kpi_xl[mail]"',
)
ENCRYPTION_MISSING: Final = Kind(
    "component.encryption-missing",
    "加密、解密工作簿需要的组件还没有安装（{component}）",
    '请运行 pip install "kpi_xl[mail]"',
)
NOT_ENCRYPTED: Final = Kind(
    "mail.not-encrypted",
    "邮件服务器不肯加密（{why}），没有登录，也没有发出邮件",
    "请把 [mail] 的 security 改成 tls，port 改成 465；不行就请问邮件管理员",
)
NO_MAIL_PASSWORD: Final = Kind(
    "mail.no-password",
    "没有邮箱 {user} 的密码",
    "请设环境变量 KPI_XL_MAIL_PASSWORD，或运行 keyring set kpi_xl {user}；"
    "很多邮箱要用专门的“授权码”，不是登录密码",
)
NO_MAIL_FIELD: Final = Kind("mail.no-such-field", "没有{field}这一项", "可以写的有：{known}")
NO_LOGIN: Final = Kind(
    "mail.no-way-to-log-in",
    "邮件服务器不让登录：它在这个端口没有可用的登录方式",
    "请核对 [mail] 的 port 和 security；不用登录的服务器请删去 user",
)
LOGIN_REFUSED: Final = Kind(
    "mail.login-refused",
    "邮件服务器不让登录：{answer}",
    "请核对 kpi.toml 里 [mail] 的 user 和密码（授权码）",
)
CERTIFICATE: Final = Kind(
    "mail.certificate",
    "邮件服务器的证书不可信（{reason}）",
    "请核对 [mail] host 是否写对；公司自己的证书要先装进系统",
)
PORT_NOT_ENCRYPTED: Final = Kind(
    "mail.port-not-encrypted",
    "邮件服务器的端口 {port} 没有加密",
    "请核对 [mail] 的 port 和 security：tls 多为 465，starttls 多为 587",
)
NO_MAIL_SERVER: Final = Kind(
    "mail.no-server", "还没有设置邮件服务器", "请在 kpi.toml 的 [mail] 里写上 host、user、sender"
)
NO_MAIL_TEXT: Final = Kind("mail.no-text", "找不到邮件正文", "请核对 kpi.toml 里 [mail] 的 text")
MAIL_TEXT_ENCODING: Final = Kind("mail.text-encoding", "邮件正文不是 UTF-8 编码", "请另存为 UTF-8")
MAIL_STOPPED: Final = Kind(
    "mail.stopped",
    "邮件服务器多次没有接受（{error}），已发出 {sent} 封",
    "请检查网络和 kpi.toml 里的 [mail]，再运行同一条命令，会接着发完",
)
MAKERS_KILLED: Final = Kind(
    "distribute.killed",
    "生成工作簿的进程被系统结束了，多半是内存不够",
    "请关掉一些程序后再运行同一条命令，会接着做完",
)
PASSWORDS_MISSING: Final = Kind(
    "distribute.passwords-missing",
    "有 {count} 份没有密码：{names}{more}",
    "请在密码表里补上；什么都还没有生成",
)

# The record of what was sent and what came back.

_BACKUP: Final = (
    "{when:%Y-%m-%d %H:%M} 的备份在 {backup}：请把 {file} 和 {file}-journal（若有）"
    "移走，再把备份复制一份，改名为 {file}"
)
_NO_BACKUP: Final = "没有找到程序留的备份；请用自己备份的文件恢复，确实要从头开始才把它移走"
RECORD_GONE: Final = Kind(
    "record.gone", "下发和回收的记录不见了，没有动它", _NO_BACKUP, near=_BACKUP
)
RECORD_EMPTY: Final = Kind(
    "record.empty", "下发和回收的记录是空的（0 字节），没有动它", _NO_BACKUP, near=_BACKUP
)
RECORD_DAMAGED: Final = Kind(
    "record.damaged", "下发和回收的记录损坏了，没有动它", _NO_BACKUP, near=_BACKUP
)
RECORD_FOREIGN: Final = Kind(
    "record.foreign",
    "这不是下发和回收的记录，或者它损坏了，没有动它",
    _NO_BACKUP,
    near=_BACKUP,
)
NOT_OURS: Final = Kind(
    "distribute.not-ours",
    "这里已有一份不是这一轮生成的、或有人改过的文件，没有动它",
    "填好了的请先收回；再把它移走，运行同一条命令",
)
NOT_REMOVED: Final = Kind("distribute.old-not-removed", "没有删掉：{reason}", "{advice}")

# Reminders.

NOTHING_TO_REMIND: Final = Kind(
    "remind.nothing-sent",
    "{month}没有下发过{template}",
    "请核对模板和月份；先用 kpi-xl distribute 下发",
)
REMIND_ALONE: Final = Kind(
    "remind.alone", "--remind 只催交，不能和 {options} 一起用", "请分成两条命令"
)
