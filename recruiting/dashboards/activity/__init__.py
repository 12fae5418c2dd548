"""The whole record of a requisition, of a client or of the office, as its readers see it."""
