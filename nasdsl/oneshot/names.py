"""Names of what a search in a supernet writes into a run's folder."""

FOLDER = "supernet"
CHECKPOINT = "checkpoint.safetensors"
CURVES = "curves.jsonl"
BOARD = "board"
