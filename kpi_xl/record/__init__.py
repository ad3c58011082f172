"""The record: what was sent and came back, what was agreed, and every change."""
