"""HTTP routes: each translates and delegates; none decides."""
