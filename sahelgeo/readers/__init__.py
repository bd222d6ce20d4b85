"""The feeds: one module each, which turns a publisher's files into a declared table."""
