-- What to know of a policy when an instalment comes, as its main rows say it.
SELECT
    policy,
    agent AS sold_by,
    issued,
    MONTH_NUMBER(issued) AS issued_month,
    CASE WHEN pay_mode <> '趸交' AND withdrawn IS NULL THEN pieces ELSE 0 END AS pieces,
    CASE WHEN ended_by IN ($excluded_endings) THEN MONTH_NUMBER(ended) END AS excluded_month
FROM policies
WHERE is_main AND $only
