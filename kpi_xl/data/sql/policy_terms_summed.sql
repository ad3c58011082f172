-- The same where a policy may have several main rows.
SELECT
    policy,
    MIN(sold_by) AS sold_by,
    MIN(issued) AS issued,
    MIN(issued_month) AS issued_month,
    CAST(SUM(pieces) AS BIGINT) AS pieces,
    MIN(excluded_month) AS excluded_month
FROM (
$terms
) AS main_rows
GROUP BY policy
