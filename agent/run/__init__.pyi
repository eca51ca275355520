from .approval import Decision as Decision
from .approval import Proposal as Proposal
from .approval import ask_on_terminal as ask_on_terminal
from .lifecycle import resume_agent as resume_agent
from .lifecycle import run_agent as run_agent
from .replay import replay_run as replay_run
from .review import apply_run as apply_run
from .review import summarize_run as summarize_run
