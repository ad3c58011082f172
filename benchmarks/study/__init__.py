"""Simulations: do the statistics keep what they promise? `make study` writes docs/calibration.md."""
