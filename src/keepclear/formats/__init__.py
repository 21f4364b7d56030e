"""Bytes to the model and back, one file a format, no network."""
