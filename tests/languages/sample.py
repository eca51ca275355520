"""Python: what must be found in it."""
import os.path as p  #? import os.path as p
import json, xml.dom  #? import json; import xml.dom
from . import sibling  #? from . import sibling
from ..pkg.mod import First, second as other  #? from ..pkg.mod import First; from ..pkg.mod import second as other
from stars import *  #? from stars import *
from wrapped import (  #? from wrapped import one; from wrapped import two as deux
    one,
    two as deux,
)

LIMIT = 10  #? def constant LIMIT; sig LIMIT = 10
counter: int = 0  #? def variable counter; bind counter annotation int
_default = First()  #? def variable _default; call First in _default; bind _default call First
handlers = {"a": other, "b": lambda e: e()}  #? def variable handlers; use other in handlers
type Pair = tuple[int, int]  #? def type Pair

try:
    import fast  #? import fast
except ImportError:
    fast = None

if os_is_new:
    FLAG = 1  #? def constant FLAG


@decorate  #? def function plain; call decorate; span 13; doc Does things.
def plain(a, b: First, *rest, c=LIMIT, d: "First" = None, **more) -> First:  # a comment: here
    #? bind b annotation First in plain; bind return annotation First in plain; bind d annotation "First" in plain; use LIMIT in plain
    """Does things.

    And others."""
    a()  #! call a in plain
    b.run()  #? call b.run in plain
    rest.append(c)  #? call ?.append in plain
    x = p.join(a, LIMIT)  #? call p.join in plain; bind x call p.join in plain
    for item in sibling.things:  #? use sibling.things in plain; bind item alias sibling.things[*] in plain
        item.go()  #? call item.go in plain
    return other(first=other)  #? call other in plain


class Base:  #? def class Base; sig class Base; span 2
    pass


@registry.add(name="s")  #? def class Server; call registry.add; sig class Server(Base, abc.ABC, Generic[First], metaclass=Meta); doc Serves.
class Server(Base, abc.ABC, Generic[First], metaclass=Meta):  # why
    #? inherit Base in Server; inherit abc.ABC in Server; inherit Generic in Server
    """Serves."""

    timeout: float = 1.5  #? bind timeout annotation float in Server
    pool = First()  #? call First in Server; bind pool call First in Server

    def __init__(self, url, client: http.Client):  #? def method Server.__init__; bind client annotation http.Client in Server.__init__
        self.client = http.Client(url)  #? bind self.client call http.Client in Server.__init__; call http.Client in Server.__init__
        self.other: First = client  #? bind self.other annotation First in Server.__init__; use First in Server.__init__
        self.same = client  #? bind self.same alias client in Server.__init__

    def start(self):  #? def method Server.start; doc Starts.
        r'''Starts.'''
        self.client.get("/")  #? call self.client.get in Server.start
        self.client.open().read(1)  #? call self.client.open().read in Server.start; call self.client.open in Server.start
        self.table["k"].run()  #? call ?.run in Server.start
        self.table["k"]()  #! call self.table in Server.start
        (lambda q: q)(1)
        super().start()  #? call super().start in Server.start; call super in Server.start
        with open(self.path) as handle:  #? call open in Server.start; bind handle alias open()[+] in Server.start
            handle.close()  #? call handle.close in Server.start

        def inner(z):  #? def function Server.start.inner
            return z + helper_of(other)  #? call helper_of in Server.start.inner; use other in Server.start.inner

        return (
            self.query  # a chain over lines
            .filter(a=1)  #? call self.query.filter in Server.start
            .all()  #? call self.query.filter().all in Server.start
        )

    @property
    def name(self) -> str:  # decorators: the symbol starts a line above
        try:
            return self._name
        except (First, KeyError) as error:  #? use First in Server.name
            raise other from error  #? use other in Server.name

    @name.setter  #? def method Server.name#2; call name.setter in Server
    def name(self, value): ...

    class Inner:  #? def class Server.Inner
        async def run(self):  #? def method Server.Inner.run
            self.session = await connect(self)  #? bind self.session call connect in Server.Inner.run; call connect in Server.Inner.run
            if (found := First.find()):  #? call First.find in Server.Inner.run; bind found call First.find in Server.Inner.run
                found.go()  #? call found.go in Server.Inner.run


def größe(ärger):  #? def function größe
	return plain(größe, other)	#? call plain in größe; use größe in größe; use other in größe


def local_import():  #? def function local_import
    from deep.er import thing  #? from deep.er import thing in local_import
    return thing(isinstance(other, First))  #? call thing in local_import; call isinstance in local_import; use other in local_import; use First in local_import


def shadow(First):  #? def function shadow
    return [First.x, First]  #! use First.x in shadow; use First in shadow


def comprehensions(xs):  #? def function comprehensions
    return [other.y for other in xs if other()]  #! use other.y in comprehensions; call other in comprehensions


Headers = dict[str, First]  #? def variable Headers; bind Headers type dict[str, First]


def bindings(p=other):  #? def function bindings; bind p alias other in bindings
    one, (two, *_) = First(), other  #? call First in bindings; bind one call First in bindings; bind two alias other[0] in bindings
    key, value = p.pair()  #? call p.pair in bindings; bind key alias p.pair()[0] in bindings; bind value alias p.pair()[1] in bindings
    either = one or await two.get()  #? call two.get in bindings; bind either alias one in bindings; bind either call two.get in bindings
    for n, each in enumerate(p.all):  #? call enumerate in bindings; bind each alias p.all[#][*][1] in bindings
        yield each  #? bind yield alias each in bindings
    with other.open() as (left, right):  #? call other.open in bindings; bind right alias other.open()[+][1] in bindings
        pass
    many = [First(x) for x in p]  #? call First in bindings; bind many alias First()[=] in bindings; bind x alias p[*] in bindings
    return many[0]  #? bind return alias many[0] in bindings
