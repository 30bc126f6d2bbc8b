"""The catalogue of layers: every builder with its name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

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
from symgrad.definitions.layers.spatial import average_pool, conv1d, conv2d, max_pool

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYERS: Mapping[str, Kind] = by_name(
    Kind("linear", "Linear layer", linear, chain=True),
    Kind("linear_no_bias", "Linear layer without bias", linear_no_bias, chain=True),
    Kind("softmax", "Softmax", softmax, chain=True),
    Kind("dropout", "Dropout with a fixed mask", dropout, chain=True),
    Kind("residual", "Residual connection", residual, chain=True),
    Kind("layer_norm", "Layer normalisation", layer_norm, chain=True),
    Kind("rms_norm", "RMS normalisation", rms_norm, chain=True),
    Kind("prelu_per_neuron", "PReLU with a slope per neuron", prelu(ACTIVATIONS["prelu"]), chain=True),
    Kind("batch_norm", "Batch normalisation, training mode", batch_norm),
    Kind("conv1d", "Convolution in one dimension", conv1d),
    Kind("conv1d_strided", "Convolution in one dimension, stride 2, padding 1", partial(conv1d, 2, 1)),
    Kind("conv2d", "Convolution in two dimensions", conv2d),
    Kind("conv2d_strided", "Convolution in two dimensions, stride 2, padding 1", partial(conv2d, 2, 1)),
    Kind("average_pool", "Average pooling", average_pool),
    Kind("max_pool", "Max pooling", max_pool),
    Kind("embedding", "Embedding", embedding),
    Kind("rnn_cell", "Recurrent cell", rnn_cell),
    Kind("lstm_cell", "LSTM cell", lstm_cell),
    Kind("gru_cell", "GRU cell", gru_cell),
    Kind("attention", "Scaled dot-product attention", attention),
    Kind("masked_attention", "Scaled dot-product attention with a causal mask", partial(attention, masked=True)),
    Kind("swiglu", "SwiGLU block", swiglu),
    Kind("lora", "Low-rank adapter (LoRA)", lora),
)
