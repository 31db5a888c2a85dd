"""Other organisations: cosigning what continues, keeping copies, and asking those who do."""
