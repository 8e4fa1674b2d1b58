"""Web apps: `public` for villagers, `desk` for the office; neither reaches the other, and they share style and guards only."""
