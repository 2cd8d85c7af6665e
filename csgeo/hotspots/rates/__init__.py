"""HOW MUCH harm is there for each one who could come to harm?"""
