"""What the village keeps: sealed packages, the offline page, verification, the query database and its questions."""
