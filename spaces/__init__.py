"""The shipped spaces and motif libraries: data only, read by nasdsl.source."""
