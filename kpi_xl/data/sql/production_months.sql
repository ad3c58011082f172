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
        CAST(EXTRACT(year FROM day) * 12 + EXTRACT(month FROM day) AS INTEGER) AS month,
        CAST(SUM(CASE WHEN is_main THEN pieces ELSE 0 END) AS BIGINT) AS pieces,
        CAST(SUM(premium) AS BIGINT) AS new_premium,
        CAST(SUM(fyc) AS BIGINT) AS fyc,
        CAST(SUM(CASE WHEN is_regular THEN premium ELSE 0 END) AS BIGINT) AS regular_premium
    FROM events
    GROUP BY agent, CAST(EXTRACT(year FROM day) * 12 + EXTRACT(month FROM day) AS INTEGER)
)
SELECT
    agent, month, pieces, new_premium, fyc, regular_premium,
    CAST(CASE WHEN pieces > 0 THEN 1 ELSE 0 END AS BIGINT) AS producers,
    CAST(CASE WHEN fyc >= $effective_fyc THEN 1 ELSE 0 END AS BIGINT) AS effective
FROM sums
