-- The first and the last month that anything happened in. Lists of what is due may reach into months to
-- come: they tell something up to the last payment.
SELECT MIN(BUSINESS_MONTH(first_day)) AS first_month, MAX(BUSINESS_MONTH(last_day)) AS last_month
FROM (
    SELECT MIN(issued) AS first_day, MAX(issued) AS last_day FROM policies
    UNION ALL
    SELECT MIN(due), MAX(due) FROM dues WHERE due <= (SELECT MAX(paid) FROM dues)
    UNION ALL
    SELECT MIN(day), MAX(day) FROM activities
    UNION ALL
    SELECT MIN(day), MAX(day) FROM attendance
    UNION ALL
    SELECT MIN(day), MAX(day) FROM counts
) AS spans
