"""Who is at the other end, and what may they see and do?"""
