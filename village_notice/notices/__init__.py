"""Paper for the village board: pages drawn, archival PDF, and a last look before anything leaves."""
