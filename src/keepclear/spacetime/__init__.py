"""Where and when: instants, altitudes and datums, geoid, footprints, volumes, trajectories, separation (pure)."""
