"""What holds for every test: a property is judged by its answer, and not by how busy the machine is."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("keepclear", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("keepclear")
