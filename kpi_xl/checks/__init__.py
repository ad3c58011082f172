"""From texts to typed tables: what can be used, and a problem for everything that cannot."""
