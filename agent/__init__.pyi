from .errors import AgentError as AgentError
from .errors import SandboxError as SandboxError
from .errors import WorktreeError as WorktreeError
from .model.litellm_model import Model as Model
from .model.reranker import ModelReranker as ModelReranker
from .model.retries import models_named as models_named
from .run.approval import Decision as Decision
from .run.approval import Proposal as Proposal
from .run.approval import ask_on_terminal as ask_on_terminal
from .run.lifecycle import resume_agent as resume_agent
from .run.lifecycle import run_agent as run_agent
from .run.replay import replay_run as replay_run
from .run.review import apply_run as apply_run
from .run.review import summarize_run as summarize_run
from .scripted.server import ScriptedServer as ScriptedServer
from .session.records import Outcome as Outcome
from .session.records import Settings as Settings
from .session.transcript import conversation as conversation
from .session.transcript import find_run as find_run
from .session.transcript import load as load
from .session.transcript import runs_folder as runs_folder
from .tools.index import SearcherIndex as SearcherIndex
from .tools.schemas import TOOLS as TOOLS
from .workspace.store_copy import copy_store as copy_store

__all__: list[str]
