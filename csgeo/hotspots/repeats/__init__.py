"""Does harm that happened once happen again, soon and nearby?"""
