"""Three small projects to run and look at; `make` writes their raw files."""
