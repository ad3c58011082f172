"""KPIs as named formulas of a workbook: LAMBDA names that need no add-in, macro or Python.

`grammar.py` reads cells as the functions of all hosts do, as far as formulas can; `by_counts.py`
and `by_roster.py` write the formulas, `names.py` lists them, `workbook.py` puts them into a file.
"""
