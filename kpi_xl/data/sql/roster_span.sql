-- The same by the roster, for projects that have nothing else.
SELECT MIN(BUSINESS_MONTH(day)) AS first_month, MAX(BUSINESS_MONTH(day)) AS last_month
FROM (
    SELECT signed AS day FROM agents
    UNION ALL
    SELECT "left" FROM agents
    UNION ALL
    SELECT valid_from FROM transfers
    UNION ALL
    SELECT valid_from FROM promotions
) AS events
