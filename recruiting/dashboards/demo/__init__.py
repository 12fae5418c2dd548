"""A lively installation to look at: people and stories as plain data, and what builds them."""
