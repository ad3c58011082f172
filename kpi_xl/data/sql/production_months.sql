-- What each agent produced in each month. A policy withdrawn in the cooling-off period is taken off
-- the month of its withdrawal.
WITH dated AS (
    SELECT
        agent,
        BUSINESS_MONTH(issued) AS issued_month,
        BUSINESS_MONTH(withdrawn) AS withdrawn_month,
        CAST(SUM(CASE WHEN is_main THEN pieces ELSE 0 END) AS BIGINT) AS pieces,
        CAST(SUM(premium) AS BIGINT) AS new_premium,
        CAST(SUM(fyc) AS BIGINT) AS fyc,
        CAST(SUM(CASE WHEN is_regular THEN premium ELSE 0 END) AS BIGINT) AS regular_premium
    FROM policies
    GROUP BY agent, BUSINESS_MONTH(issued), BUSINESS_MONTH(withdrawn)
),
events AS (
    SELECT agent, issued_month AS month, pieces, new_premium, fyc, regular_premium FROM dated
    UNION ALL
    SELECT agent, withdrawn_month, -pieces, -new_premium, -fyc, -regular_premium FROM dated WHERE withdrawn_month IS NOT NULL
),
sums AS (
    SELECT
        agent, month,
        CAST(SUM(pieces) AS BIGINT) AS pieces,
        CAST(SUM(new_premium) AS BIGINT) AS new_premium,
        CAST(SUM(fyc) AS BIGINT) AS fyc,
        CAST(SUM(regular_premium) AS BIGINT) AS regular_premium
    FROM events
    GROUP BY agent, month
)
SELECT
    sums.agent, month, pieces, new_premium, fyc, regular_premium,
    CAST(CASE WHEN pieces > 0 AND uncounted.agent IS NULL THEN 1 ELSE 0 END AS BIGINT) AS producers,
    CAST(CASE WHEN fyc >= $effective_fyc AND uncounted.agent IS NULL THEN 1 ELSE 0 END AS BIGINT) AS effective
FROM sums
LEFT JOIN uncounted ON uncounted.agent = sums.agent
