"""KPIs that a project declares itself, of the same kind as those of the catalogue."""
