"""How long people stay, counted by hand: person by person, over every day that anybody left on."""

import calendar
import datetime as dt

import numpy as np


def watched_from(days):
    """Sign date, leave date and the first leave date of all who signed no later."""
    return [
        (sign, leave, min((gone for s, gone in days if s <= sign and gone), default=None))
        for sign, leave in days
    ]


def after(sign, months):
    """The day on which so many months are served."""
    year, month = divmod(sign.year * 12 + sign.month - 1 + months, 12)
    return dt.date(year, month + 1, min(sign.day, calendar.monthrange(year, month + 1)[1]))


def served(sign, day):
    """Whole months served on a day, and the part of the next that is over."""
    n = 0
    while after(sign, n + 1) <= day:
        n += 1
    return n + (day - after(sign, n)).days / (after(sign, n + 1) - after(sign, n)).days


def by_hand(everybody, months, as_of):
    """Kaplan and Meier's product; NaN for what nobody was watched for."""
    events, watched = {}, []
    for sign, leave, seniors in everybody:
        if seniors is None:
            continue
        known = max(sign, seniors + dt.timedelta(1))
        end = leave or as_of
        if end < known:
            continue
        came = -1.0 if known == sign else served(sign, known - dt.timedelta(1))
        watched.append((came, served(sign, end)))
        if leave:
            events[served(sign, end)] = events.get(served(sign, end), 0) + 1
    reached = 0.0
    while any(came <= reached < end for came, end in watched):
        reached = max(end for came, end in watched if came <= reached)
    shares = []
    for n in range(1, months + 1):
        share = 1.0
        for time in sorted(events):
            if time <= n:
                share *= 1 - events[time] / sum(came < time <= end for came, end in watched)
        shares.append(share if n <= reached or share == 0 else np.nan)
    return shares
