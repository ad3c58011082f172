"""Where xlwings Server looks for functions."""

from udfs.server.registered import all_registered

globals().update(all_registered())
