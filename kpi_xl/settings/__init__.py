"""Reading and writing of kpi.toml, of the workbooks beside it, and of the user's own settings."""
