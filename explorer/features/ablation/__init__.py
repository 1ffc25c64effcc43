"""Parts of the network switched off: what would the answer be, and what matters for it."""
