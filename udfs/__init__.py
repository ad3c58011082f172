"""What a spreadsheet sees: the KPI_* functions."""
