"""The way to an approved platform (plateforme agréée), and a local one to try it on."""
