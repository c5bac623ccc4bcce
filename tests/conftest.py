"""Settings for all tests."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "oversight", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("oversight")
