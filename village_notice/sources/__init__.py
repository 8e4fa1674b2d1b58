"""From foreign files to payments: discover, open, find the table, match headings, fill in context."""
