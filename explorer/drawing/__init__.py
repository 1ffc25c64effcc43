"""A recorded forward drawn: its operations as boxes in nested groups, laid out, and written as marks on paper."""
