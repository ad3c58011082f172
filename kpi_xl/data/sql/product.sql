-- The premium of each of the shown products in each place and month; as in "production" and
-- "place_sums".
WITH events AS (
    SELECT agent, BUSINESS_MONTH(issued) AS month, product, premium
    FROM policies
    WHERE DURING(issued)
    UNION ALL
    SELECT agent, BUSINESS_MONTH(withdrawn), product, -premium
    FROM policies
    WHERE withdrawn IS NOT NULL AND DURING(withdrawn)
)
SELECT
    COALESCE(stays.place, 0) AS place, month, number,
    $sums
FROM events
JOIN products ON products.product = events.product
LEFT JOIN stays ON stays.agent = events.agent AND from_month <= month AND month < next_month
GROUP BY COALESCE(stays.place, 0), month, number
