"""The grammar files: data only, read by nasdsl.parser."""
