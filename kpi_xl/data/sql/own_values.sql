-- The different values that each agent had in the rows of a raw table, as a project declares it.
SELECT DISTINCT agent, BUSINESS_MONTH($day) AS month, $value AS counted_value
FROM $facts AS facts
WHERE $day IS NOT NULL AND DURING($day) AND $only
