from .git_command import git as git
from .store_copy import copy_store as copy_store
from .worktree import RunWorktree as RunWorktree
from .worktree import create_worktree as create_worktree
from .worktree import discard_worktree as discard_worktree
from .worktree import reopen_worktree as reopen_worktree
from .worktree import state_folder as state_folder
from .worktree import worktree_at_start as worktree_at_start
