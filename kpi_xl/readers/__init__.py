"""One grammar each for numbers, days, months, ids and names, for every kind of input.

Raw files, cells of a worksheet, workbooks that came back, kpi.toml and the command line are read by
these: what one accepts, all accept, and it means the same.
"""
