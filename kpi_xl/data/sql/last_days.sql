-- The last day of a month that there is anything about, as yyyymmdd, and on how many of its days there is.
SELECT DAY_NUMBER(last) AS last_day, days
FROM (
    SELECT MAX(day) AS last, CAST(COUNT(DISTINCT day) AS INTEGER) AS days
    FROM (
        $days
    ) AS events
) AS told
