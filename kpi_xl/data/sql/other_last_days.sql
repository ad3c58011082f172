-- The same by payments and attendance, for months that nothing else tells about.
SELECT
    CAST(MAX(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day)) AS INTEGER) AS last_day,
    CAST(COUNT(DISTINCT day) AS INTEGER) AS days
FROM (
    SELECT paid AS day FROM dues WHERE DURING(paid)
    UNION ALL
    SELECT day FROM attendance WHERE DURING(day)
) AS events
