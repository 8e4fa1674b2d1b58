"""What becomes of a payment."""

VERDICTS = ("accepted", "held", "not_paid", "other_year")
