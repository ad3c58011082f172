"""The analysis of KPIs: pure functions over arrays, no files."""
