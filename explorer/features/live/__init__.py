"""Changes that a person tries on the input: what the network makes of them follows at once."""
