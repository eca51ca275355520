from .errors import AgentError as AgentError
from .errors import SandboxError as SandboxError
from .errors import WorktreeError as WorktreeError
from .model import ModelReranker as ModelReranker
from .model import models_named as models_named
from .run import Decision as Decision
from .run import Proposal as Proposal
from .run import apply_run as apply_run
from .run import ask_on_terminal as ask_on_terminal
from .run import replay_run as replay_run
from .run import resume_agent as resume_agent
from .run import run_agent as run_agent
from .run import summarize_run as summarize_run
from .scripted import ScriptedServer as ScriptedServer
from .session import Outcome as Outcome
from .session import Settings as Settings
from .session import conversation as conversation
from .session import find_run as find_run
from .session import load as load
from .tools import SearcherIndex as SearcherIndex
from .workspace import copy_store as copy_store

__all__: list[str]
