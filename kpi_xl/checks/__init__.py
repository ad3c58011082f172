"""The check: from texts to typed tables, with a problem for everything that cannot be used."""
