-- How many different agents had business, and reached the standard, in each period: somebody who did in
-- two of a quarter's months is one. He counts in the unit he is in at the period's end.
WITH periods AS (
    SELECT period, first_month, last_month FROM (VALUES $periods) AS listed (period, first_month, last_month)
),
sums AS (
    SELECT
        production_months.agent, periods.period, periods.first_month, periods.last_month,
        SUM(pieces) AS pieces, SUM(fyc) AS fyc
    FROM production_months
    JOIN periods ON production_months.month BETWEEN periods.first_month AND periods.last_month
    GROUP BY production_months.agent, periods.period, periods.first_month, periods.last_month
)
SELECT
    COALESCE(membership.unit, 0) AS unit,
    sums.period,
    CAST(SUM(CASE WHEN pieces > 0 THEN 1 ELSE 0 END) AS BIGINT) AS producers,
    CAST(SUM(CASE WHEN fyc >= $effective_fyc * (last_month - first_month + 1) THEN 1 ELSE 0 END) AS BIGINT) AS effective
FROM sums
LEFT JOIN $membership AS membership ON membership.agent = sums.agent
    AND membership.from_month <= sums.last_month AND sums.last_month < membership.next_month
LEFT JOIN uncounted ON uncounted.agent = sums.agent
    AND uncounted.from_month <= sums.last_month AND sums.last_month < uncounted.next_month
WHERE uncounted.agent IS NULL
GROUP BY COALESCE(membership.unit, 0), sums.period
