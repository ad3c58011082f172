-- The days that a table tells something about, as yyyymmdd.
SELECT DAY_NUMBER(day) AS day
FROM (SELECT DISTINCT $day AS day FROM $table WHERE $day >= DATE '$begin') AS days
