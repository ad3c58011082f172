"""Simulations that tell whether the statistics keep what they promise."""
