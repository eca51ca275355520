from .packer import pack as pack
from .rendering import messages as messages
from .rendering import render as render
