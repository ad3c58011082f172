-- What fell due for each agent, and how much of it came within the days of grace.
SELECT agent, $grain, $sums
FROM dues
WHERE DURING(due) AND $only
GROUP BY agent, $by
