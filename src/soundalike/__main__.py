from soundalike.cli.main import main

raise SystemExit(main())
