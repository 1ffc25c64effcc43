"""What a person can look at or do: a folder a feature."""
