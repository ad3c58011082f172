-- The products that are shown by themselves: those that brought most, by name.
SELECT product, CAST(ROW_NUMBER() OVER (ORDER BY product) AS INTEGER) AS number
FROM (
    SELECT product, ROW_NUMBER() OVER (ORDER BY SUM(premium) DESC, product) AS place
    FROM policies
    WHERE product IS NOT NULL
    GROUP BY product
) AS ranked
WHERE place <= $shown_products
