"""The one that runs it: single writer, clock, delivery."""
