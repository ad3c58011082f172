-- Every time somebody signed: months as year * 12 + month, a far month for "still here".
SELECT
    agent,
    CAST(EXTRACT(year FROM signed) * 12 + EXTRACT(month FROM signed) AS INTEGER) AS signed_month,
    COALESCE(CAST(EXTRACT(year FROM "left") * 12 + EXTRACT(month FROM "left") AS INTEGER), $never) AS left_month,
    COALESCE(CAST(EXTRACT(year FROM confirmed) * 12 + EXTRACT(month FROM confirmed) AS INTEGER), $never) AS confirmed_month,
    CASE WHEN licence IS NOT NULL THEN 1 ELSE 0 END AS licensed,
    CASE WHEN gender = '男' THEN 1 ELSE 0 END AS men
FROM agents
