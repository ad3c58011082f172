-- The days that a table tells something about, as yyyymmdd.
SELECT DISTINCT DAY_NUMBER($day) AS day
FROM $table
WHERE $day >= DATE '$begin'
