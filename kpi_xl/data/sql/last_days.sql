-- The last day of a month that there is anything about, as yyyymmdd, and on how many of its days there is.
SELECT
    CAST(MAX(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day)) AS INTEGER) AS last_day,
    CAST(COUNT(DISTINCT day) AS INTEGER) AS days
FROM (
    SELECT issued AS day FROM policies WHERE DURING(issued)
    UNION ALL
    SELECT day FROM activities WHERE DURING(day)
    UNION ALL
    SELECT day FROM counts WHERE DURING(day)
) AS events
