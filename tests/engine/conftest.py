"""How many random worlds: some, or with ``--hypothesis-profile=thorough`` many more."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=500)
