from ronda.site.cli import main

main()
