"""What runs inside LibreOffice, in its own Python (3.10 or later) and standard library."""
