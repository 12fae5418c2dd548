"""The candidates of the demo and what became of each, by requisition."""
