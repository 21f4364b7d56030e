"""Checking a record without trusting whoever kept it: the standard library and ``cryptography``, nothing else."""
