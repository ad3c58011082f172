-- What the rows of a raw table under each key come to, of each agent and month, as a project declares it.
SELECT agent, BUSINESS_MONTH($day) AS month, $value AS counted_value, $columns
FROM $facts AS facts
WHERE $day IS NOT NULL AND DURING($day) AND $only
GROUP BY agent, BUSINESS_MONTH($day), $value
