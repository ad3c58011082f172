-- Until which day the second and the third year's instalments fell due, by month of persistency, that may
-- still be paid within the days of grace.
SELECT
    CASE WHEN counts_as = 4 THEN $third_year ELSE $second_year END AS later,
    month + CASE WHEN counts_as = 4 THEN $third_year ELSE $second_year END AS month,
    MAX(last_due) AS last_due
FROM $instalments AS instalments
WHERE counts_as > 1
GROUP BY
    CASE WHEN counts_as = 4 THEN $third_year ELSE $second_year END,
    month + CASE WHEN counts_as = 4 THEN $third_year ELSE $second_year END
