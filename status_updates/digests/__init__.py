"""The weekly letter to a hiring manager about one client."""
