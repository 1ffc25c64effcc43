"""What a channel likes."""
