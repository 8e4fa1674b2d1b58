"""village_notice: from a folder of subsidy spreadsheets to notices, village archives and answers."""

__version__ = "0.1.0"
