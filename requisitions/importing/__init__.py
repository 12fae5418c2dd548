"""From a spreadsheet to requisitions: read the file, map its columns, judge its rows, load them.

`reading` → `mapping` → `rows` know no model and no clock; `load` alone writes.
"""
