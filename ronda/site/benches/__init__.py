"""What the benches measure, each in a process and a database of its own (`site.cli.benching`)."""
