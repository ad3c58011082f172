-- Where anybody ever was, and the number of the unit that this is on one level; 0 where the place has
-- no name on that level.
SELECT
    $levels,
    CAST(CASE WHEN $own_name = '' THEN 0 ELSE DENSE_RANK() OVER (ORDER BY $names) END AS INTEGER) AS unit
FROM (SELECT DISTINCT $levels FROM moves) AS listed
