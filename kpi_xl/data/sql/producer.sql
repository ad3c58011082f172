-- Who had business, and who reached the standard, in each month; not who is of a rank that does not count.
SELECT
    production_months.agent,
    month,
    CASE WHEN pieces > 0 THEN 1 ELSE 0 END AS producers,
    CASE WHEN fyc >= $effective_fyc THEN 1 ELSE 0 END AS effective
FROM production_months
LEFT JOIN uncounted ON uncounted.agent = production_months.agent AND from_month <= month AND month < next_month
WHERE uncounted.agent IS NULL AND (pieces > 0 OR fyc >= $effective_fyc)
