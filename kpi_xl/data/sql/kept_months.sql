-- What came of whom for the second and the third year, of some instalments only: in a month of
-- persistency, so many months after the issue.
SELECT agent, month + $second_year AS month, premium AS kept_premium_13, pieces AS kept_pieces_13,
    CAST(NULL AS BIGINT) AS kept_premium_25, CAST(NULL AS BIGINT) AS kept_pieces_25
FROM $instalments AS second_year
WHERE counts_as IN (2, 3) AND month = $month - $second_year
UNION ALL
SELECT agent, month + $third_year, NULL, NULL, premium, pieces
FROM $instalments AS third_year
WHERE counts_as = 4 AND month = $month - $third_year
