from .chunker import CHUNKER as CHUNKER
from .chunker import chunk_lines as chunk_lines
from .extractor import EXTRACTOR as EXTRACTOR
from .extractor import extract_facts as extract_facts
from .extractor import extract_symbols as extract_symbols
from .syntax import parse_definitions as parse_definitions
from .syntax import syntax_errors as syntax_errors
