-- What each agent had of the rows of a raw table, as a project declares it.
SELECT agent, BUSINESS_MONTH($day) AS month, $columns
FROM $facts AS facts
WHERE $day IS NOT NULL AND DURING($day) AND $only
GROUP BY agent, BUSINESS_MONTH($day)
