"""Plays and judges scenario files."""
