"""Training and plotting for the lessons: `ainotes.utils.train` and `ainotes.utils.plot`."""
