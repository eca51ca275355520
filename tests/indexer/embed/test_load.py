"""Encoders by their spec: errors are one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import EncoderError, load_encoder


@pytest.mark.parametrize(
    "spec", ["/nowhere/model", "./model", "nowhere/no-such-model", "no-such-model", "a b c"]
)
def test_a_missing_model_is_an_encoder_error_of_one_line(spec: str) -> None:
    with pytest.raises(EncoderError) as raised:
        load_encoder(spec)
    assert spec in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_model_is_an_encoder_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(str(tmp_path))
