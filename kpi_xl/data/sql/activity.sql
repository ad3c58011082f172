-- What each agent did.
SELECT agent, $grain, $sums
FROM activities
WHERE DURING(day)
GROUP BY agent, $by
