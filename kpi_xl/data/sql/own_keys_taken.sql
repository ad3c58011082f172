-- Which keys reach what a project declares in a month, in which unit, or of one agent; they are in the store of the project.
SELECT unit, counted_value
FROM (
    SELECT COALESCE(membership.unit, 0) AS unit, facts.counted_value, 1 AS months, $sums
    FROM $facts AS facts
    LEFT JOIN $membership AS membership ON membership.agent = facts.agent
        AND membership.from_month <= facts.month AND facts.month < membership.next_month
    WHERE facts.month = $month AND facts.counted_value IS NOT NULL AND (? = '' OR facts.agent = ?)
    GROUP BY COALESCE(membership.unit, 0), facts.counted_value
) AS keys
WHERE $reaches
