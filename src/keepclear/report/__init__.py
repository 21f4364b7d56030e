"""Printed pages: what an inquiry reads, as HTML and PDF."""
