"""How few places hold how much of the harm?"""
