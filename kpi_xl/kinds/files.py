"""Kinds of problems with files: refused by the system, or damaged files of kpi_xl's own."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

NO_MEMORY: Final = Kind("system.memory", "内存不够", "请关掉一些程序后再运行")
CUBE_UNREADABLE: Final = Kind("store.cube-unreadable", "指标数据读不出来", "请运行 kpi-xl refresh")
STORE_CHANGED: Final = Kind(
    "store.changed-or-damaged",
    "这个文件刚被另一个程序更新过，或已损坏",
    "请再运行一次，会照原始文件重新生成",
)
A_DEVICE: Final = Kind("system.device", "这里是设备或管道，不是文件", "请换一个文件名")
BEING_WRITTEN: Final = Kind("system.being-written", "另一个程序正在写这个文件", "请等它结束后再试")
PROJECT_BUSY: Final = Kind("project.busy", "{who}正在{doing}", "请等它结束后再试")
PROGRAM_FAULT: Final = Kind(
    "program.fault",
    "程序出错了（{error}）",
    "请把 {log} 发给维护人员",
)
FILE_OPEN: Final = Kind(
    "system.file-open",
    "文件正在 Excel 或别的程序里打开，或者设成了只读",
    "请关闭这些文件后再运行；已经关闭还不行的，请看文件是不是只读",
)
CLOSED_FOLDER: Final = Kind(
    "system.folder-closed",
    "没有在这个文件夹里写文件的权限",
    "请换一个自己能写的文件夹，或请管理员给这个文件夹写的权限",
)
CLOSED_FILE: Final = Kind(
    "system.file-closed",
    "没有读这个文件的权限，或它正被别的程序独占",
    "请关闭打开它的程序后再运行；仍不行的，请管理员给读的权限",
)
DISK_FULL: Final = Kind("system.disk-full", "磁盘满了，写不下", "请在这个磁盘上腾出空间后再运行")
QUOTA: Final = Kind(
    "system.quota", "磁盘配额用完了，写不下", "请删去不用的文件，或请管理员加大配额"
)
READ_ONLY: Final = Kind(
    "system.read-only",
    "这个位置是只读的，不能写",
    "请把项目放到可以写的磁盘；U 盘、存储卡请看写保护开关",
)
PATH_TOO_LONG: Final = Kind(
    "system.path-too-long", "文件名或路径太长", "请把项目移到更短的路径，如 D:\\kpi，再运行"
)
NOT_THERE: Final = Kind(
    "system.not-there",
    "文件或它所在的文件夹不在了",
    "请核对路径；在网络盘、移动盘上的，请看它是否还连着",
)
NO_ANSWER: Final = Kind(
    "system.no-answer", "磁盘或网络盘没有回应", "请看网络盘、移动盘是否还连着，再运行"
)
IN_USE: Final = Kind("system.in-use", "文件正被别的程序使用", "请关闭这些文件后再运行")
NOT_A_FOLDER: Final = Kind(
    "system.not-a-folder",
    "路径里有一段不是文件夹，是文件",
    "请把那个同名的文件移走，或换一个文件夹",
)
IS_FOLDER: Final = Kind(
    "system.is-folder", "这里已经有一个同名的文件夹", "请把那个文件夹移走后再运行"
)
CIRCLE: Final = Kind("system.circle", "路径里的链接绕成了圈", "请换一个不经过链接的文件夹")
TOO_MANY_OPEN: Final = Kind("system.too-many-open", "打开的文件太多", "请关掉一些程序后再运行")
FILE_TOO_LARGE: Final = Kind(
    "system.file-too-large",
    "文件超过了这个磁盘允许的大小",
    "请把项目放到格式为 NTFS 等的磁盘；FAT32 的文件不能超过 4 GB",
)
BAD_NAME: Final = Kind("system.name", "文件名里有这个磁盘不允许的字符", "请改名后再运行")
OTHER_DISK: Final = Kind(
    "system.other-disk", "两个位置不在同一个磁盘上", "请把整个项目放在同一个磁盘上"
)
PORT_TAKEN: Final = Kind(
    "system.port-taken", "这个端口已被别的程序占用", "请换一个端口，或先停下占用它的程序"
)
NO_NETWORK: Final = Kind("system.no-network", "网络连不上", "请检查网络和地址后再运行")
BUSY: Final = Kind("system.busy", "系统一时不让用这个文件", "请稍后再运行")
SYSTEM_REFUSED: Final = Kind(
    "system.refused", "系统不让读写（{reason}）", "请照系统说的处理后再运行"
)
