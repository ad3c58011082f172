"""On the month for those who look: its pictures."""

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
