-- The first and the last month that anything happened in.
SELECT MIN(BUSINESS_MONTH(first_day)) AS first_month, MAX(BUSINESS_MONTH(last_day)) AS last_month
FROM (
    SELECT MIN(issued) AS first_day, MAX(issued) AS last_day FROM policies
    UNION ALL
    SELECT MIN(day), MAX(day) FROM activities
    UNION ALL
    SELECT MIN(day), MAX(day) FROM attendance
    UNION ALL
    SELECT MIN(day), MAX(day) FROM counts
) AS spans
