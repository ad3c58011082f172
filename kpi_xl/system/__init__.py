"""Access to the machine: files, locks, the user's own folder, LibreOffice."""
