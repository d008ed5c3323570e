"""The commands of the book; the Makefile calls them. Nothing here is imported by a notebook."""
