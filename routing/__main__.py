"""``python -m routing`` is ``satuatap``."""

from routing.cli.main import main

if __name__ == "__main__":
    main()
