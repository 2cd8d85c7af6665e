"""Which areas of any shape stand out from the others, with any notion of neighbour?"""
