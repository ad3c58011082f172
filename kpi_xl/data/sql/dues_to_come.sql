-- What falls due after the last day of data and the last payment, in the month that is not over: nobody can
-- have failed to pay it.
SELECT
    agent,
    BUSINESS_MONTH(due) AS month,
    CAST(COUNT(*) AS BIGINT) AS due_pieces,
    CAST(SUM(due_premium) AS BIGINT) AS due_premium,
    CAST(SUM(CASE WHEN paid <= due + $grace_days THEN 1 ELSE 0 END) AS BIGINT) AS collected_pieces,
    CAST(SUM(CASE WHEN paid <= due + $grace_days THEN paid_premium ELSE 0 END) AS BIGINT) AS collected_premium
FROM dues
WHERE DURING(due) AND due > DATE '$as_of' AND due > COALESCE((SELECT MAX(paid) FROM dues), DATE '$as_of')
GROUP BY agent, BUSINESS_MONTH(due)
