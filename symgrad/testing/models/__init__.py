"""Small models with their true gradients, and the mistakes that are made with each."""

from symgrad.testing.models.attention import Attention
from symgrad.testing.models.cell import LSTM
from symgrad.testing.models.channels import Convolution2D
from symgrad.testing.models.convolution import Convolution
from symgrad.testing.models.embedding import Embedding
from symgrad.testing.models.gru import GRU
from symgrad.testing.models.model import Arrays, Fault, Model
from symgrad.testing.models.network import Network
from symgrad.testing.models.normalised import BatchNorm
from symgrad.testing.models.recurrent import Recurrent

__all__ = [
    "GRU",
    "LSTM",
    "Arrays",
    "Attention",
    "BatchNorm",
    "Convolution",
    "Convolution2D",
    "Embedding",
    "Fault",
    "Model",
    "Network",
    "Recurrent",
]
