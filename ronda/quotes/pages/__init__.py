"""Screens of quotes: those of the firm, and the page of the customer."""
