"""What can be TAKEN AWAY from a release?"""
