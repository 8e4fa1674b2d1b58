"""Run the command line with `python -m village_notice`."""

from village_notice.cli import main

if __name__ == "__main__":
    main()
