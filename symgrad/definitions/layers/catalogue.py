"""The catalogue of layers: every builder with its name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from symgrad.core import by_name
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.layers.dense import dropout, linear, linear_no_bias, prelu, residual, softmax
from symgrad.definitions.layers.layer import Kind
from symgrad.definitions.layers.norms import batch_norm, layer_norm, rms_norm
from symgrad.definitions.layers.sequences import (
    attention,
    embedding,
    gru_cell,
    lora,
    lstm_cell,
    rnn_cell,
    swiglu,
)
from symgrad.definitions.layers.spatial import average_pool, convolution, global_average_pool, max_pool
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping

STRIDED: dict[str, Any] = {"stride": 2, "padding": 1}
STEP: dict[str, Any] = {
    "places": (0, 1),
    "weights": True,
    "takes": message("a vector of features, or a sequence of them"),
}
LINE: dict[str, Any] = {
    "channels": True,
    "places": (1,),
    "weights": True,
    "takes": message("one axis of places, as in (channels, places)"),
}
PLANE: dict[str, Any] = {
    "channels": True,
    "places": (2,),
    "weights": True,
    "takes": message("two axes of places, as in (channels, rows, columns)"),
}
POOLED: dict[str, Any] = {
    "channels": True,
    "places": (1, 2),
    "takes": message("one or two axes of places, as in (channels, places)"),
}
SEQUENCE: dict[str, Any] = {"places": (1,), "weights": True, "takes": message("a sequence, as in (places, features)")}

LAYERS: Mapping[str, Kind] = by_name(
    Kind("linear", "Linear layer", linear, weights=True),
    Kind("linear_no_bias", "Linear layer without bias", linear_no_bias, weights=True),
    Kind("softmax", "Softmax", softmax),
    Kind("dropout", "Dropout with a fixed mask", dropout),
    Kind("residual", "Residual connection", residual),
    Kind("layer_norm", "Layer normalisation", layer_norm),
    Kind("rms_norm", "RMS normalisation", rms_norm),
    Kind("prelu_per_neuron", "PReLU with a slope per neuron", prelu(ACTIVATIONS["prelu"])),
    Kind("batch_norm", "Batch normalisation, training mode", batch_norm, batch=True),
    Kind("conv1d", "Convolution in one dimension", partial(convolution, 1), **LINE),
    Kind(
        "conv1d_strided",
        "Convolution in one dimension, stride 2, padding 1",
        partial(convolution, 1, **STRIDED),
        **LINE,
    ),
    Kind("conv2d", "Convolution in two dimensions", partial(convolution, 2), **PLANE),
    Kind(
        "conv2d_strided",
        "Convolution in two dimensions, stride 2, padding 1",
        partial(convolution, 2, **STRIDED),
        **PLANE,
    ),
    Kind("average_pool", "Average pooling", average_pool, **POOLED),
    Kind("max_pool", "Max pooling", max_pool, **POOLED),
    Kind("global_average_pool", "Average over all places", global_average_pool, **POOLED),
    Kind("embedding", "Embedding", embedding, **SEQUENCE),
    Kind("rnn_cell", "Recurrent cell", rnn_cell, **STEP),
    Kind("lstm_cell", "LSTM cell", lstm_cell, **STEP),
    Kind("gru_cell", "GRU cell", gru_cell, **STEP),
    Kind("attention", "Scaled dot-product attention", attention, **SEQUENCE),
    Kind(
        "masked_attention",
        "Scaled dot-product attention with a causal mask",
        partial(attention, masked=True),
        **SEQUENCE,
    ),
    Kind("swiglu", "SwiGLU block", swiglu, weights=True),
    Kind("lora", "Low-rank adapter (LoRA)", lora, weights=True),
)

CALLED = {
    "rnn": "rnn_cell", "lstm": "lstm_cell", "gru": "gru_cell", "dense": "linear", "fully_connected": "linear",
    "batchnorm": "batch_norm", "layernorm": "layer_norm", "rmsnorm": "rms_norm", "maxpool": "max_pool",
    "avgpool": "average_pool", "self_attention": "attention",
}  # fmt: skip
