"""What was paid, to whom, and the wall between the office and the public."""
