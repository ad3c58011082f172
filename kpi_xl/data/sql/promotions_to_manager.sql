-- Who became a manager in each place and month, of those who were here before and after.
SELECT stays.place, ranks.from_month AS month, $sums
FROM ranks
JOIN stints ON stints.agent = ranks.agent AND signed_month < ranks.from_month AND ranks.from_month < left_month
JOIN stays ON stays.agent = ranks.agent AND stays.from_month <= ranks.from_month AND ranks.from_month < stays.next_month
WHERE managers = 1 AND managers_before = 0 AND ranks.from_month BETWEEN $first AND $last
GROUP BY stays.place, ranks.from_month
