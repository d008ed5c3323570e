"""The names of the parts, in the order of the book."""

PARTS = {
    "fitting": "Fitting and robustness",
    "correspondence": "Correspondence",
    "views": "Views, light and depth",
    "shapes": "Shapes",
    "people": "People",
    "structure": "Structure without labels",
    "pixels": "Pixels",
    "objects": "Objects",
    "retrieval": "Retrieval",
    "open_world": "The open world",
    "generation": "Generation",
    "language": "Language and action",
    "efficiency": "Efficiency",
    "sound": "Sound",
}
