-- Until which day the instalments fell due, by month, that may still be paid within the days of grace.
SELECT BUSINESS_MONTH(due) AS month, MAX(due) AS last_due
FROM dues
WHERE paid IS NULL AND due + $grace_days > DATE '$seen' AND DURING(due)
GROUP BY BUSINESS_MONTH(due)
