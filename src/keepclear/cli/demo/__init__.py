"""``keepclear demo``: a host on an embedded store with a live scenario, and one console address per role."""
