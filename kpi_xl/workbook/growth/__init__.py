"""Rows, blocks and sheets that come in, and every reference that moves with them."""
