"""From raw files to the measures of every unit and month."""
