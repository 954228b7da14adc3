"""Which entries of a registry are probably the same person: features, evidence and weight of every pair."""
