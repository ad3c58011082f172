-- How many instalments were paid.
SELECT CAST(COUNT(*) AS BIGINT) AS number
FROM dues
WHERE paid IS NOT NULL AND DURING(due)
