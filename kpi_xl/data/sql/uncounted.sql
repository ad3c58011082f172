-- Who is on the roster but does not count, such as trainees where the settings leave them out.
SELECT agent FROM agents
EXCEPT
SELECT agent FROM stints
