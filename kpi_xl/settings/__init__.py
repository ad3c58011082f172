"""kpi.toml and what the user alone may know: how they are read and written."""
