-- How many different outlets sold, less what was withdrawn, in the months of each period since they opened, of those
-- still open at the period's end, in the unit that their agent is in then.
WITH periods AS (
    SELECT period, first_month, last_month FROM (VALUES $periods) AS listed (period, first_month, last_month)
),
sold AS (
    SELECT outlets.outlet, outlets.agent, periods.period, periods.last_month
    FROM outlet_sales
    JOIN outlets ON outlets.outlet = outlet_sales.outlet
        AND (opened IS NULL OR BUSINESS_MONTH(opened) <= outlet_sales.month)
    JOIN periods ON outlet_sales.month BETWEEN periods.first_month AND periods.last_month
        AND (closed IS NULL OR BUSINESS_MONTH(closed) > periods.last_month)
    GROUP BY outlets.outlet, outlets.agent, periods.period, periods.last_month
    HAVING SUM(outlet_sales.pieces) > 0
)
SELECT
    COALESCE(membership.unit, 0) AS unit,
    sold.period,
    CAST(COUNT(*) AS BIGINT) AS active_outlets
FROM sold
LEFT JOIN $membership AS membership ON membership.agent = sold.agent
    AND from_month <= sold.last_month AND sold.last_month < next_month
GROUP BY COALESCE(membership.unit, 0), sold.period
