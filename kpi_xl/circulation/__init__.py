"""Send workbooks out, take them back, and keep what was written in them.

Nothing is imported here: the processes that fill workbooks need little of it.
"""
