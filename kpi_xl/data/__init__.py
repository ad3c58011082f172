"""From checked tables to the measures of every unit and month, and queries to the store."""
