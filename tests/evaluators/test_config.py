from __future__ import annotations

import pickle

import pytest

from nasdsl.configure import configure
from nasdsl.diagnostics import NasError
from nasdsl.evaluators.config import TrainConfig, parse_augmentation


def read(**options: object) -> TrainConfig:
    return configure(TrainConfig, options, what="train")


def test_every_setting_is_described_in_the_schema() -> None:
    schema = TrainConfig.model_json_schema()
    assert schema["additionalProperties"] is False
    plain = {
        name for name, field in schema["properties"].items() if len(field.get("enum", ())) == 0
    }
    named = {n for n in plain if "description" in schema["properties"][n]}
    assert plain - named <= {"weight_decay", "label_smoothing"}


def test_configurations_are_values() -> None:
    config = read(epochs=3, augment=["crop(2)", "flip"])
    assert config == pickle.loads(pickle.dumps(config))
    assert hash(config) == hash(read(epochs=3, augment=["crop(2)", "flip"]))
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epoch": 3}, "did you mean `epochs`?"),
        ({"epochs": 0}, "greater than or equal to 1"),
        ({"optimizer": "adamax"}, "'adamw'"),
        ({"augment": ["cutuot(3)"]}, "did you mean `cutout`?"),
        ({"augment": ["crop"]}, "write crop(number)"),
        ({"augment": ["flip(2)"]}, "write flip"),
        ({"augment": [3]}, "crop(4), flip"),
        ({"lr": -1.0}, "greater than 0"),
        ({"time_limit": 0}, "greater than 0"),
    ],
)
def test_mistakes_have_remedies(options: dict[str, object], words: str) -> None:
    with pytest.raises(NasError, match="NAS31") as caught:
        read(**options)
    assert words in str(caught.value)


def test_final_trainings_are_longer_and_augment_images_unless_told_not_to() -> None:
    final = read(epochs=3, time_limit=2).longer((3, 32, 32))
    assert (final.epochs, final.time_limit) == (30, None)
    assert final.augment == ("crop(4)", "cutout(8)")
    assert read().longer((1, 8, 8)).augment == ("crop(1)", "cutout(2)")
    assert read(augment=["flip"]).longer((3, 32, 32)).augment == ("flip",)
    assert read(augment=[]).longer((3, 32, 32)).augment == ()
    assert read().longer((64,)).augment == ()


def test_augmentations_are_texts_or_calls() -> None:
    call = {"name": "crop", "args": [4], "kwargs": {}}
    assert read(augment=[call, "flip"]).augment == ("crop(4)", "flip")
    assert read(augment="flip").augment == ("flip",)
    assert parse_augmentation(" mixup( 0.2 ) ") == ("mixup", 0.2)
