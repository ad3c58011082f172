"""The server for Excel on Windows, Mac and the web: functions, ribbon, manifest.

Excel's own add-ins of today are web pages. xlwings Server brings the page with office.js, and knows
how functions are declared to Excel; it is an optional extra and has a licence of its own, see
docs/server.md. What functions and buttons do, who may see what, and every request is ours.

- `connections`: what is cut off, and how it all ends.
- `app`: the routes; `gate`, with `limits` and `identity`, stands before them.
- `exchange`: a request and its answer; `request_log`: what is noted of it.
- `calls`: calls of functions; `sent` and `commands`: buttons on a workbook as Excel sent it.
- `registered`, ``site``: what is handed to xlwings Server; ``site/static`` is what runs in Excel.
- `manifest`: what tells Excel of all this.
"""

from typing import Final

SCRIPT: Final = "/kpi/commands"
"""Where the page sends the workbook for a button."""

BUTTONS: Final = "/kpi/buttons.js"
"""Where the page learns which buttons there are."""

CALLS: Final = "/kpi/calls"
"""Where the page sends calls of functions, many at a time."""

SINGLE_CALL: Final = "/xlwings/custom-functions-call"
"""Where xlwings' own page sends one call."""

LARGEST: Final = 1_048_576
"""So many cells may a function answer with: a whole column."""
