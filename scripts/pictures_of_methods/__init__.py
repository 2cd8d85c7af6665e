"""What does each method see? One picture a page of docs/methods, from data that anyone may have."""
