-- What was counted for each agent.
SELECT agent, $grain, $sums
FROM counts
WHERE DURING(day)
GROUP BY agent, $by
