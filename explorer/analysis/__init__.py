"""From a module and an input to records: trace, values, receptive field, cost, memory, timing."""
