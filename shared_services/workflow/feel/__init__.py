"""FEEL, the language of DMN's decisions, as far as conformance level 2 needs it and a little further.

`reading` turns a text into a function over plain data, once; `values` holds what FEEL knows of numbers, dates and
durations; `functions` are all that an expression may call. There is no way to Python's own names or attributes.
"""
