"""The commands of the book; the Makefile calls them. Nothing here is imported by a notebook."""

import io
import sys

# A terminal that lacks a sign shows another one and goes on.
for _stream in (sys.stdout, sys.stderr):
    if isinstance(_stream, io.TextIOWrapper):
        _stream.reconfigure(errors="replace")
