"""The analysis run on a project's month: KPIs judged, what moved them, what to do."""
