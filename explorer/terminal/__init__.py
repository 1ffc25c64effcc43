"""What the verbs of the command line share: options, text and JSON, and how they ask."""
