"""Where people can meet: venues and rooms, their hours and closures, photos, and bringing in a list of them."""
