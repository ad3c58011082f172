"""The parts of an .xlsx file: the zip, its sheets, styles, tables, references and formulas."""
