-- The last day of a month that there is anything about, as yyyymmdd, and on how many of its days there is.
SELECT MAX(DAY_NUMBER(day)) AS last_day, CAST(COUNT(DISTINCT day) AS INTEGER) AS days
FROM (
    $days
) AS events
