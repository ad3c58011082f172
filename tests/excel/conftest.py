"""xlwings' engine for Office.js stands in for Excel here; its licence is for tests only."""

import os

os.environ["XLWINGS_LICENSE_KEY"] = "noncommercial"
