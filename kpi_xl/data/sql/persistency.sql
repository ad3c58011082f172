-- Persistency by the agents who sold, $second_year and $third_year months after the
-- issue: of the regular premium issued, what came for the second year; of what came for the second year,
-- what came for the third. Premium received for the first policy year after the first instalment comes along. An agent
-- may have several rows in a month; what a row has nothing of is NULL, which takes no time to add.
SELECT
    agent, month + $second_year AS month,
    CAST(NULL AS BIGINT) AS first_year_renewal,
    lasting_premium AS issued_premium_13, lasting_pieces AS issued_pieces_13,
    CAST(NULL AS BIGINT) AS kept_premium_13, CAST(NULL AS BIGINT) AS kept_pieces_13,
    CAST(NULL AS BIGINT) AS issued_premium_25, CAST(NULL AS BIGINT) AS issued_pieces_25,
    CAST(NULL AS BIGINT) AS kept_premium_25, CAST(NULL AS BIGINT) AS kept_pieces_25
FROM production_months
WHERE lasting_premium <> 0 OR lasting_pieces <> 0
UNION ALL
SELECT agent, month, premium, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM policy_dues
WHERE counts_as = 1 AND premium <> 0
UNION ALL
SELECT agent, month + $second_year, NULL, NULL, NULL, premium, pieces, NULL, NULL, NULL, NULL
FROM policy_dues
WHERE counts_as IN (2, 3)
UNION ALL
SELECT agent, month + $third_year, NULL, NULL, NULL, NULL, NULL, premium, pieces, NULL, NULL
FROM policy_dues
WHERE counts_as = 3
UNION ALL
SELECT agent, month + $third_year, NULL, NULL, NULL, NULL, NULL, NULL, NULL, premium, pieces
FROM policy_dues
WHERE counts_as = 4
