-- What each agent produced in each month. A policy withdrawn in the cooling-off period is taken off
-- the month of its withdrawal.
WITH events AS (
    SELECT agent, issued AS day, is_main, is_regular, pieces, premium, fyc FROM policies
    UNION ALL
    SELECT agent, withdrawn, is_main, is_regular, -pieces, -premium, -fyc FROM policies WHERE withdrawn IS NOT NULL
),
sums AS (
    SELECT
        agent,
        BUSINESS_MONTH(day) AS month,
        CAST(SUM(CASE WHEN is_main THEN pieces ELSE 0 END) AS BIGINT) AS pieces,
        CAST(SUM(premium) AS BIGINT) AS new_premium,
        CAST(SUM(fyc) AS BIGINT) AS fyc,
        CAST(SUM(CASE WHEN is_regular THEN premium ELSE 0 END) AS BIGINT) AS regular_premium
    FROM events
    GROUP BY agent, BUSINESS_MONTH(day)
)
SELECT
    sums.agent, month, pieces, new_premium, fyc, regular_premium,
    CAST(CASE WHEN pieces > 0 AND uncounted.agent IS NULL THEN 1 ELSE 0 END AS BIGINT) AS producers,
    CAST(CASE WHEN fyc >= $effective_fyc AND uncounted.agent IS NULL THEN 1 ELSE 0 END AS BIGINT) AS effective
FROM sums
LEFT JOIN uncounted ON uncounted.agent = sums.agent
