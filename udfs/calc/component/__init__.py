"""The code inside LibreOffice: its own Python (3.10 or later) and the standard library only."""
