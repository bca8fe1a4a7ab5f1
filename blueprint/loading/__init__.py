"""Reading a plan from its data files (fixtures/README.md) and making it public, or proposing what changed."""
