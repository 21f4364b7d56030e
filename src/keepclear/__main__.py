"""``python -m keepclear`` is the command ``keepclear``."""

from keepclear.cli.main import program

program()
