"""Run the command line from a checkout: `python cli.py …` (an installed copy has `village-notice`)."""

from village_notice.cli import main

if __name__ == "__main__":
    main()
