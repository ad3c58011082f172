-- The days each agent was to come and came in each month.
SELECT
    agent,
    CAST(EXTRACT(year FROM day) * 12 + EXTRACT(month FROM day) AS INTEGER) AS month,
    CAST(SUM(days_due) AS BIGINT) AS days_due,
    CAST(SUM(days_present) AS BIGINT) AS days_present
FROM attendance
GROUP BY agent, CAST(EXTRACT(year FROM day) * 12 + EXTRACT(month FROM day) AS INTEGER)
