"""Does all that is stored follow from the signed orders? Nothing is believed, all is compared."""
