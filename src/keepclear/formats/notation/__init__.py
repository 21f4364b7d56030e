"""What people read out to each other: positions, times and heights, in the notations of the trade."""
