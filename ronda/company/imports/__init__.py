"""Tables brought in with a check before and a way back after.

Declare a kind in the `imports.py` of an app (`declare.Importer`, `declare.register_importer`); the
pages, the terminal and the jobs then know it. The way of a file: `starting.start_import`,
`starting.choose_columns`, `running.check_batch`, `starting.confirm_import`, `running.run_batch`,
and `undoing.undo`.
"""
