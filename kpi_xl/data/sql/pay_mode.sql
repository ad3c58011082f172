-- The premium of regular policies that are not paid once a year, by how often they are, in each place and
-- month; as in "product". Nearly all are paid once a year: their premium is what is left of all.
WITH events AS (
    SELECT agent, BUSINESS_MONTH(issued) AS month, pay_mode, premium
    FROM policies
    WHERE pay_mode NOT IN ('年交', '趸交') AND DURING(issued)
    UNION ALL
    SELECT agent, BUSINESS_MONTH(withdrawn), pay_mode, -premium
    FROM policies
    WHERE pay_mode NOT IN ('年交', '趸交') AND withdrawn IS NOT NULL AND DURING(withdrawn)
)
SELECT
    COALESCE(stays.place, 0) AS place, month,
    CASE pay_mode WHEN '半年交' THEN 1 WHEN '季交' THEN 2 WHEN '月交' THEN 3 ELSE 4 END AS number,
    $sums
FROM events
LEFT JOIN stays ON stays.agent = events.agent AND from_month <= month AND month < next_month
GROUP BY
    COALESCE(stays.place, 0), month,
    CASE pay_mode WHEN '半年交' THEN 1 WHEN '季交' THEN 2 WHEN '月交' THEN 3 ELSE 4 END
