"""An invented inbox with its truth: for the demo, for tests, and for trying the tool."""
