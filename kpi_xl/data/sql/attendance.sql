-- The days each agent was to come, and came.
SELECT agent, $grain, $sums
FROM attendance
WHERE DURING(day)
GROUP BY agent, $by
