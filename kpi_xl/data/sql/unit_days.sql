-- The sums of each unit of one level on each day; what belongs to nobody is unit 0.
SELECT
    COALESCE(membership.unit, 0) AS unit,
    facts.day_number AS day,
    $sums
FROM ($facts) AS facts
LEFT JOIN $membership AS membership
    ON membership.agent = facts.agent AND from_month <= facts.month AND facts.month < next_month
WHERE facts.month BETWEEN $first AND $last
GROUP BY COALESCE(membership.unit, 0), facts.day_number
