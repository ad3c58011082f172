-- What changes the number of people of each rank in each place and month; as in "headcount".
WITH segments AS (
    SELECT
        stays.place, ranks.rank, ranks.managers,
        GREATEST(stays.from_month, ranks.from_month, signed_month) AS begin_month,
        LEAST(stays.next_month, ranks.next_month, left_month) AS end_month
    FROM stays
    JOIN stints ON stints.agent = stays.agent
    JOIN ranks ON ranks.agent = stays.agent
    WHERE GREATEST(stays.from_month, ranks.from_month, signed_month) < LEAST(stays.next_month, ranks.next_month, left_month)
),
changes AS (
    SELECT place, rank, GREATEST(begin_month, $first - 1) AS month, 1 AS change, managers FROM segments
    UNION ALL
    SELECT place, rank, GREATEST(end_month, $first - 1), -1, managers FROM segments
)
SELECT
    place, month, rank AS category,
    $sums
FROM changes
WHERE month <= $last
GROUP BY place, month, rank
