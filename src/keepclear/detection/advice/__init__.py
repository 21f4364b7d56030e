"""What would clear a conflict: the smallest changes of one's own notice, each checked against all that is live (pure).

``advise`` is the way in and puts changes together. An *axis* is one kind of change in whole steps (``times``,
``levels``, ``places``, ``detour``), ``search`` finds the least step of it that clears, and an ``option`` says it.
"""
