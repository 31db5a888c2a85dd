"""How Hypothesis searches: a little while writing, repeatably where it gates, long in a soak."""

import os

from hypothesis import HealthCheck, settings

# A loaded machine is no failure of the code: time limits belong to benchmarks.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", _PATIENT, max_examples=50)
settings.register_profile("gate", _PATIENT, max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("soak", _PATIENT, max_examples=2_000, print_blob=True)


def _profile() -> str:
    if "SINKLEDGER_SOAK" in os.environ:
        return "soak"
    return os.environ.get("HYPOTHESIS_PROFILE", "dev")


settings.load_profile(_profile())
