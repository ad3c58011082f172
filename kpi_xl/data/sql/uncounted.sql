-- Who is on the roster but does not count, such as trainees where the settings leave them out, and when.
SELECT agent, from_month, next_month
FROM ranks
WHERE rank IN ($uncounted_ranks) AND agent IN (SELECT agent FROM agents)
