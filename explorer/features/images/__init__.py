"""The inputs: opened, chosen, closed."""
