"""The office's desk: answers callers from the wall and, once the ID's end is checked, from the private ledger."""
