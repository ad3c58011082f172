-- The months in which a main policy was sold at an outlet.
SELECT outlet, BUSINESS_MONTH(issued) AS month
FROM policies
WHERE DURING(issued) AND outlet IS NOT NULL AND is_main AND pieces > 0
GROUP BY outlet, BUSINESS_MONTH(issued)
