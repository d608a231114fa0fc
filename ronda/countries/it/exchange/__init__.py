"""The ways to SdI and back: one interface, several channels, and a small exchange to try them with."""
