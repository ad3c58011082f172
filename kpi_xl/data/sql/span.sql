-- The first and the last month that anything happened in.
SELECT MIN(BUSINESS_MONTH(first_day)) AS first_month, MAX(BUSINESS_MONTH(last_day)) AS last_month
FROM (
    $spans
) AS spans
