-- What fell due for each agent in each month, and how much of it came within the days of grace.
SELECT
    agent,
    BUSINESS_MONTH(due) AS month,
    CAST(COUNT(*) AS BIGINT) AS due_pieces,
    CAST(SUM(due_premium) AS BIGINT) AS due_premium,
    CAST(SUM(CASE WHEN paid <= due + $grace_days THEN 1 ELSE 0 END) AS BIGINT) AS collected_pieces,
    CAST(SUM(CASE WHEN paid <= due + $grace_days THEN paid_premium ELSE 0 END) AS BIGINT) AS collected_premium
FROM dues
WHERE DURING(due)
GROUP BY agent, BUSINESS_MONTH(due)
