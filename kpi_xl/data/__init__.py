"""From checked tables to the measures of every unit and month, and what is asked of them."""
