"""From payments and findings to verdicts, balances and the clerk's list of what to mend."""
