"""What runs inside LibreOffice, in its own Python (3.8 or later), on the standard library alone."""
