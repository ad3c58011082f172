-- Who was due on each day, and who came.
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day) AS INTEGER) AS day_number,
    CAST(COALESCE(SUM(days_due), 0) AS BIGINT) AS days_due,
    CAST(COALESCE(SUM(days_present), 0) AS BIGINT) AS days_present
FROM attendance
WHERE DURING(day)
GROUP BY agent, day
