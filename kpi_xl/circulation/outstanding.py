"""The recipients, and whether each has sent anything back."""

from __future__ import annotations

import sqlite3
from typing import Final

_SENT: Final = """
SELECT template, period, unit, person, unit_name, person_name, file, back,
    distribution, level, recipient, round,
    coalesce(
        sent,
        (SELECT min(workbooks.made) FROM workbooks
            WHERE workbooks.distribution = sent_to.distribution
            AND workbooks.level = sent_to.level AND workbooks.recipient = sent_to.recipient),
        made
    ) AS since
FROM (
    SELECT template, period, unit, person, unit_name, person_name, file, withdrawn, round,
        distributions.distribution, recipients.level, recipient, sent, made,
        max(returned IS NOT NULL)
            OVER (PARTITION BY distributions.level, recipients.level, recipient) AS back,
        max(round) OVER (PARTITION BY distributions.level) AS last_round
    FROM recipients JOIN distributions USING (distribution)
    WHERE template = ? AND period = ?
) AS sent_to
WHERE round = last_round AND (withdrawn IS NULL OR back)
ORDER BY unit, person
"""


def sent_to(connection: sqlite3.Connection, template: str, period: str) -> list[sqlite3.Row]:
    """The recipients of the last rounds, whether each has sent anything back, and when they got it.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    template, period : str
        The template's name, and the month.
    """
    return connection.execute(_SENT, [template, period]).fetchall()
