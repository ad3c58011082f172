"""What the numbers of a project say: each KPI judged, what moved it, what to do about it."""
