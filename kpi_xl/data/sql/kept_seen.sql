-- What had come of the instalments on an earlier day: all that has come, less what came later than that.
SELECT agent, month, due_month, counts_as, premium, pieces
FROM policy_dues
UNION ALL
SELECT agent, month, due_month, counts_as, -premium, -pieces
FROM $later AS later
