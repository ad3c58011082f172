"""Fill .xlsx workbooks without losing anything in them, and read them back."""
