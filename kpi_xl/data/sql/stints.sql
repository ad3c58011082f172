-- Every time somebody signed who counts; a far month for "still here".
SELECT
    agent,
    BUSINESS_MONTH(signed) AS signed_month,
    COALESCE(BUSINESS_MONTH("left"), $never) AS left_month,
    COALESCE(BUSINESS_MONTH(confirmed), $never) AS confirmed_month,
    CASE WHEN licence IS NOT NULL THEN 1 ELSE 0 END AS licensed,
    CASE WHEN gender = '男' THEN 1 ELSE 0 END AS men,
    COALESCE(education, '') AS education
FROM agents
WHERE NOT COALESCE(rank IN ($uncounted_ranks), FALSE)
