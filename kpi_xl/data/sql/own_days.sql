-- What each agent had on each day of the rows of a raw table, as a project declares it.
SELECT agent, BUSINESS_MONTH($day) AS month, DAY_NUMBER($day) AS day_number, COUNT(*) AS rows_of_day, $columns
FROM $facts AS facts
WHERE $day IS NOT NULL AND DURING($day) AND $only
GROUP BY agent, $day
