"""Hypothesis without a deadline: the machine may be busy with other tests."""

from hypothesis import settings

settings.register_profile("analysis", deadline=None)
settings.load_profile("analysis")
