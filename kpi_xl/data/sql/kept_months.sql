-- What came of whom for the second and the third year, of some instalments only: in a month of
-- persistency, so many months after the issue, and due at most two months before it.
SELECT agent, month,
    CASE WHEN counts_as <> 4 THEN premium END AS kept_premium_13,
    CASE WHEN counts_as <> 4 THEN pieces END AS kept_pieces_13,
    CASE WHEN counts_as = 4 THEN premium END AS kept_premium_25,
    CASE WHEN counts_as = 4 THEN pieces END AS kept_pieces_25
FROM (
    SELECT agent, month + CASE counts_as WHEN 4 THEN $third_year ELSE $second_year END AS month,
        due_month, counts_as, premium, pieces
    FROM $instalments AS instalments
    WHERE counts_as > 1
) AS kept
WHERE month IN ($of_months) AND due_month BETWEEN month - 2 AND month
