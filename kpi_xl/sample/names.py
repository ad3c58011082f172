"""Personal names put together by chance; nobody in particular is meant."""

from __future__ import annotations

from typing import Final, Literal

from kpi_xl.sample.chance import Chance

Gender = Literal["男", "女"]

_COMMON: Final = "王李张刘陈杨黄赵周吴"
_USUAL: Final = "徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
_SELDOM: Final = (
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江"
    "尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
_SURNAMES: Final[tuple[str, ...]] = (*_COMMON, *_USUAL, *_SELDOM, "欧阳", "司徒", "上官")
_WEIGHTS: Final = tuple(
    12.0 if s in _COMMON else 3.0 if s in _USUAL else 0.8 if len(s) == 1 else 0.3 for s in _SURNAMES
)
_GIVEN: Final[dict[Gender, tuple[str, str]]] = {
    "男": (
        "志建国文明永晓俊海伟家子振立德少宏春光世庆学正天金长新玉泽浩",
        "强军平华峰斌辉涛超杰勇磊鹏宇飞凯亮刚波林龙成东生荣根宁祥毅轩",
    ),
    "女": (
        "晓春雪秀玉丽慧美海小婷雅文静淑佳思桂爱红月艳梦若紫诗欣彩云素",
        "芳敏娟霞燕玲莉萍英娜琳洁颖倩梅兰珍琴华凤荣蓉菊妍怡瑶琪彤莹芬",
    ),
}
_SINGLE_SHARE: Final = 0.22
"""Share of given names of one character."""


def person_name(dice: Chance, gender: Gender) -> str:
    """A name that such a person may well have."""
    surname = dice.weighted(_SURNAMES, _WEIGHTS)
    first, second = _GIVEN[gender]
    if dice.chance(_SINGLE_SHARE):
        return surname + dice.pick(second)
    middle, last = dice.pick(first), dice.pick(second)
    return surname + middle + last
