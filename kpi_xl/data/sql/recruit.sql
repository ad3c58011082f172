-- Who came on each day, of those who count. Who only got a rank that counts came on the first of the month.
WITH signings AS (
    SELECT agent, BUSINESS_MONTH(signed) AS month, MIN(signed) AS day
    FROM agents
    GROUP BY agent, BUSINESS_MONTH(signed)
)
SELECT
    stints.agent,
    signed_month AS month,
    CAST(COALESCE(
        DAY_NUMBER(day), (signed_month - 1) // 12 * 10000 + ((signed_month - 1) % 12 + 1) * 100 + 1
    ) AS INTEGER) AS day_number,
    1 AS recruits
FROM stints
LEFT JOIN signings ON signings.agent = stints.agent AND signings.month = signed_month
