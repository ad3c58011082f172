-- How many moved from one place to another in each month, of those who were here before and after.
SELECT place_before, place, from_month AS month, CAST(COUNT(*) AS BIGINT) AS moved
FROM stays
JOIN stints ON stints.agent = stays.agent AND signed_month < from_month AND from_month < left_month
WHERE place_before IS NOT NULL AND from_month BETWEEN $first AND $last
GROUP BY place_before, place, from_month
