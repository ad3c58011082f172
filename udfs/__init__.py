"""The spreadsheet's side: the KPI_* functions and the buttons."""
