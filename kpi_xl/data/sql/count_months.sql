-- What was counted for each agent in each month. Every quantity is kept in hundredths: of money they are
-- 分, of everything else they are brought back to the whole numbers they were.
SELECT
    agent,
    BUSINESS_MONTH(day) AS month$count_sums
FROM counts
WHERE DURING(day)
GROUP BY agent, BUSINESS_MONTH(day)
