-- The first and the last month that anything happened in.
SELECT MIN(BUSINESS_MONTH(day)) AS first_month, MAX(BUSINESS_MONTH(day)) AS last_month
FROM (
    SELECT issued AS day FROM policies
    UNION ALL
    SELECT day FROM activities
    UNION ALL
    SELECT day FROM attendance
) AS events
