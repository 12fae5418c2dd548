"""Speed as ratios within one run, so that they mean the same on every machine: `make bench`."""
