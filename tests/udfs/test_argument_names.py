"""Arguments are called in Chinese wherever a program shows them."""

from udfs import functions
from udfs.excel.descriptions import described, named


def test_every_argument_has_a_chinese_name_of_its_own():
    for name in functions.__all__:
        arguments = described(getattr(functions, name)).arguments
        called = [named(name, argument) for argument in arguments]
        assert len(set(called)) == len(called), (name, called)
        for argument, text in zip(arguments, called, strict=True):
            assert text != argument, (name, argument)
