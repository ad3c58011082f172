-- What changes the number of people of each education in each place and month; as in "headcount".
WITH segments AS (
    SELECT
        stays.place, education,
        GREATEST(from_month, signed_month) AS begin_month,
        LEAST(next_month, left_month) AS end_month
    FROM stays
    JOIN stints ON stints.agent = stays.agent
    WHERE GREATEST(from_month, signed_month) < LEAST(next_month, left_month)
),
changes AS (
    SELECT place, education, GREATEST(begin_month, $first - 1) AS month, 1 AS change FROM segments
    UNION ALL
    SELECT place, education, GREATEST(end_month, $first - 1), -1 FROM segments
)
SELECT place, month, education AS category, $sums
FROM changes
WHERE month <= $last
GROUP BY place, month, education
