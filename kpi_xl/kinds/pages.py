"""Kinds of problems with pages and pictures."""

from typing import Final

from kpi_xl.fault import Kind

PICTURE_NOT_INSTALLED: Final = Kind(
    "picture.not-installed",
    "还没有安装画图片要用的组件（{component}）",
    '请运行 pip install "kpi_xl[pictures]"',
)
NO_CHINESE_FONT: Final = Kind(
    "picture.no-font",
    "这台电脑上没有中文字体，图片里的字会是空的",
    "Windows、Mac 自带中文字体；Debian、Ubuntu 请运行 sudo apt install fonts-noto-cjk，再试一次",
)
SITE_NOT_INSTALLED: Final = Kind(
    "page.not-installed",
    "还没有安装在线月报要用的组件（{component}）",
    '请运行 pip install "kpi_xl[page]"',
)
NO_PAGE: Final = Kind("page.none", "没有这一页，或不在你的权限里", "请回到开头，从列表里选")
FROM_ELSEWHERE: Final = Kind("page.from-elsewhere", "请求来自别的网页", "请自己打开月报的地址")
PORT_WITH_PAGE: Final = Kind(
    "page.port", "--port 只和 --page 一起用", "Excel 用的端口写在 kpi.toml 的 [server] port"
)
