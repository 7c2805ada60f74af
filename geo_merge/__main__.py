"""Run the command line with ``python -m geo_merge``."""

from geo_merge.cli.main import main

if __name__ == "__main__":
    main()
