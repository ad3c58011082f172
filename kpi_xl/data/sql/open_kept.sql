-- Until which day the second and the third year's instalments fell due, by month of persistency, that may
-- still be paid within the days of grace.
SELECT later, month + later AS month, MAX(last_due) AS last_due
FROM (
    SELECT CASE counts_as WHEN 4 THEN $third_year ELSE $second_year END AS later, month, last_due
    FROM $instalments AS instalments
    WHERE counts_as > 1
) AS kept
GROUP BY later, month + later
