"""The demo's councils: invented officers and a year of their work, done by the portal's own services."""
