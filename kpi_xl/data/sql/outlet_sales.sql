-- The main policies sold at each outlet in each month. As with agents, a policy withdrawn in the cooling-off
-- period is taken off the month of its withdrawal.
WITH events AS (
    SELECT outlet, BUSINESS_MONTH(issued) AS month, pieces
    FROM policies
    WHERE DURING(issued) AND outlet IS NOT NULL AND is_main
    UNION ALL
    SELECT outlet, BUSINESS_MONTH(withdrawn), -pieces
    FROM policies
    WHERE withdrawn IS NOT NULL AND DURING(withdrawn) AND outlet IS NOT NULL AND is_main
)
SELECT outlet, month, CAST(SUM(pieces) AS BIGINT) AS pieces
FROM events
GROUP BY outlet, month
