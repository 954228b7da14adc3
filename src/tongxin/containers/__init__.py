"""What a sent file really is, how it is opened without harm, and how it is refused in clear words."""
