from .server import ScriptedServer as ScriptedServer
