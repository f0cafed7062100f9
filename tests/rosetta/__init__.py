"""Published strings against their published sizes; test_rosetta.py walks the file of instances."""
