"""The engine: holds the live model, answers requests with records; its process, client and messages."""
