"""``python -m keepclear.detection.warm``: compiles all kernels where that is still to do, so that nobody waits.

``make`` and a fresh installation run it; the host does the same beside its work.
"""

from __future__ import annotations


def warm() -> None:
    """Everything there is to compile is compiled and kept: it asks a small index every kind of question, moves a plan
    past another, and clears two flights.
    """
    from keepclear.detection.advice.warm import warm as warm_advice
    from keepclear.detection.compiled import COMPLETE, code_folder
    from keepclear.detection.grid import GridIndex
    from keepclear.detection.plan import Plan
    from keepclear.detection.resolution.warm import warm as warm_resolution
    from keepclear.spacetime.altitude import SURFACE, UNLIMITED
    from keepclear.spacetime.footprint import Disc
    from keepclear.spacetime.heights import HeightRules
    from keepclear.spacetime.volume import Volume

    volume = Volume(Disc(0.0, 0.0, 100.0), SURFACE, UNLIMITED, 0, 1)
    wide = Volume(Disc(0.0, 0.0, 5_000_000.0), SURFACE, UNLIMITED, 0, 1)
    index = GridIndex((), HeightRules())
    index.put_many([Plan("a", "one", "uas", (volume,)), Plan("b", "two", "uas", (volume,))])
    index.touching(Plan("c", "three", "uas", (volume,)))
    index.touching(Plan("c", "three", "uas", (wide,)))
    index.all_touching()
    index.touching_many([Plan("c", "three", "uas", (volume, wide))])
    index.admit_many([Plan("c", "three", "uas", (volume,))])
    index.put(Plan("d", "three", "uas", (volume,)))
    index.withdraw("a")
    warm_advice()
    warm_resolution()
    (code_folder() / COMPLETE).touch()


if __name__ == "__main__":
    warm()
