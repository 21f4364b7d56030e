"""Benches: each prints figures that anyone can have again with ``make bench``; none is part of the tests."""
