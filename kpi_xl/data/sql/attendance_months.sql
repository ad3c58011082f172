-- The days each agent was to come and came in each month.
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(SUM(days_due) AS BIGINT) AS days_due,
    CAST(SUM(days_present) AS BIGINT) AS days_present
FROM attendance
WHERE DURING(day)
GROUP BY agent, BUSINESS_MONTH(day)
