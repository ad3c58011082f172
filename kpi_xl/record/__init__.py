"""The record: what was sent to whom, what came back, what was agreed, and who changed what."""
