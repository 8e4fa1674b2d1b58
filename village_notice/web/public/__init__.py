"""The page for villagers: read-only, over 查询.db and the notices, and able to reach nothing else."""
