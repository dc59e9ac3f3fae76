"""`python -m soundalike`: the command line."""

from soundalike.cli.main import main

raise SystemExit(main())
