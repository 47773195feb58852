"""The exit pack: what it holds, how it is written, checked and loaded (ADR 0061)."""
