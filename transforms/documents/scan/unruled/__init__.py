"""Tables that have no rulings between their columns, read by the words of the known form."""
