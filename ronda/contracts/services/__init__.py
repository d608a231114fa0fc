"""What can be done with contracts. Each function is one operation in one transaction."""
