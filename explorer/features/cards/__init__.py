"""What a course says of an architecture: its card, and the networks on a line of time."""
