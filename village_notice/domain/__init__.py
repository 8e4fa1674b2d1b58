"""The nouns every stage shares: columns, money, text, identity, villages, subsidies, rules, findings."""
