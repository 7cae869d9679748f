"""Reading: what is free, lists of bookings, the day and week grids, screens and calendar files. Nothing here writes bookings."""
