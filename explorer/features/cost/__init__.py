"""What a forward costs: time, memory, multiply-accumulates."""
