"""How kpi_xl meets the machine: files, locks, the user's own folder, LibreOffice."""
