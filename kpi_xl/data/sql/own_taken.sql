-- The rows of a raw table that something declared takes, by unit, file and weight; they are in the store of the project.
SELECT COALESCE(membership.unit, 0) AS unit, taken.source_file, taken.weight,
    COUNT(*), MIN(taken.source_row, $most), SUM(taken.value * taken.weight)
FROM (
    SELECT agent, source_file, source_row, $value AS value, $weight AS weight, $key AS counted_value
    FROM $facts AS facts
    WHERE $during AND $meets AND (? = '' OR agent = ?)
) AS taken
LEFT JOIN $membership AS membership ON membership.agent = taken.agent
    AND membership.from_month <= $month AND $month < membership.next_month
WHERE taken.source_file IS NOT NULL AND $reaching
GROUP BY COALESCE(membership.unit, 0), taken.source_file, taken.weight
ORDER BY 1, 2, 3 DESC
