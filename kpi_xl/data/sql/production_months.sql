-- What each agent produced in each month. A policy withdrawn in the cooling-off period is taken off
-- the month of its withdrawal.
WITH events AS (
    SELECT agent, issued_month AS month, pieces, new_premium, fyc, regular_premium$products FROM policy_months
    UNION ALL
    SELECT agent, withdrawn_month, -pieces, -new_premium, -fyc, -regular_premium$products_back
    FROM policy_months
    WHERE withdrawn_month IS NOT NULL
),
sums AS (
    SELECT
        agent, month,
        CAST(SUM(pieces) AS BIGINT) AS pieces,
        CAST(SUM(new_premium) AS BIGINT) AS new_premium,
        CAST(SUM(fyc) AS BIGINT) AS fyc,
        CAST(SUM(regular_premium) AS BIGINT) AS regular_premium$summed_products
    FROM events
    WHERE $events_meant
    GROUP BY agent, month
)
SELECT
    sums.agent, month, pieces, new_premium, fyc, regular_premium$products,
    CAST(CASE WHEN pieces > 0 AND uncounted.agent IS NULL THEN 1 ELSE 0 END AS BIGINT) AS producers,
    CAST(CASE WHEN fyc >= $effective_fyc AND uncounted.agent IS NULL THEN 1 ELSE 0 END AS BIGINT) AS effective
FROM sums
LEFT JOIN uncounted ON uncounted.agent = sums.agent
