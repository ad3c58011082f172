-- The outlets of each agent in each month, and those of them where main policies were sold, less those
-- withdrawn. An outlet counts in a month when it is open at the month's end.
WITH months AS (
    SELECT month FROM (VALUES $months) AS listed (month)
),
open_months AS (
    SELECT outlets.outlet, outlets.agent, months.month
    FROM outlets
    CROSS JOIN months
    WHERE (opened IS NULL OR BUSINESS_MONTH(opened) <= months.month)
        AND (closed IS NULL OR BUSINESS_MONTH(closed) > months.month)
)
SELECT
    open_months.agent,
    open_months.month,
    $sums
FROM open_months
LEFT JOIN outlet_sales ON outlet_sales.outlet = open_months.outlet AND outlet_sales.month = open_months.month
GROUP BY open_months.agent, open_months.month
