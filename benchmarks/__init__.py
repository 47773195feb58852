"""What `make bench` measures: each figure of the Speed sections, as ratios within one run (docs/how-to/measure.md)."""
