"""Who calls what in Ruby, Elixir, Haskell, Lua, Zig and Bash, by the rules of each."""

from __future__ import annotations

from .test_resolver import edges


def test_a_ruby_constant_is_looked_for_in_the_modules_around() -> None:
    found = edges({
        "lib/app/store.rb": "module App\n  class Store\n    def save; end\n"
        "    def self.open; end\n  end\n"
        "end\n",
        "lib/store.rb": "class Store\n  def save; end\nend\n",
        "lib/app/web.rb": """
            module App
              class Web
                def initialize
                  @store = Store.new
                end
                def run
                  @store.save
                  Store.open
                end
              end
            end
        """,
    })  # fmt: skip
    assert found == {
        ("lib/app/web.rb::App.Web.initialize", "lib/app/store.rb::App.Store"),
        ("lib/app/web.rb::App.Web.run", "lib/app/store.rb::App.Store.save"),
        ("lib/app/web.rb::App.Web.run", "lib/app/store.rb::App.Store.open"),
    }


def test_a_ruby_class_that_is_opened_again_has_the_methods_of_all_its_parts() -> None:
    found = edges({
        "a.rb": "class A < Base\n  include Loud\n"
        "  attr_reader :name\n  def go; late; shout; name; super; end\n"
        "end\n",
        "b.rb": "class A\n  def late; end\nend\n",
        "c.rb": "module Loud\n  def shout; end\nend\nclass Base\n  def go; end\nend\n",
    })  # fmt: skip
    assert found == {
        ("a.rb::A.go", "b.rb::A.late"),
        ("a.rb::A.go", "c.rb::Loud.shout"),
        ("a.rb::A.go", "a.rb::A.name"),
        ("a.rb::A.go", "c.rb::Base.go"),
    }


def test_a_ruby_file_is_required_from_the_load_path_or_beside() -> None:
    files = {
        "lib/app.rb": 'require "app/net"\nrequire_relative "app/log"\nrequire "json"\n',
        "lib/app/net.rb": "",
        "lib/app/log.rb": "",
        "test/app/net.rb": "",
    }
    assert edges(files, "imports") == {
        ("lib/app.rb", "lib/app/net.rb"),
        ("lib/app.rb", "lib/app/log.rb"),
    }


def test_an_elixir_alias_stands_for_its_module() -> None:
    found = edges({
        "lib/store.ex": "defmodule App.Store do\n  def open(x), do: x\n"
        "  def open(x, y), do: y\nend\n",
        "lib/other.ex": "defmodule Other.Store do\n  def open(x), do: x\nend\n",
        "lib/tools.ex": "defmodule App.Tools do\n  def build(x), do: x\nend\n",
        "lib/web.ex": """
            defmodule App.Web do
              alias App.{Store}
              alias Other.Store, as: S
              import App.Tools
              def run(x) do
                x |> Store.open() |> S.open() |> build() |> local
                App.Tools.build(x)
                __MODULE__.local(x)
              end
              defp local(x), do: x
            end
        """,
    })  # fmt: skip
    assert found == {
        ("lib/web.ex::App.Web.run", "lib/store.ex::App.Store.open"),
        ("lib/web.ex::App.Web.run", "lib/other.ex::Other.Store.open"),
        ("lib/web.ex::App.Web.run", "lib/tools.ex::App.Tools.build"),
        ("lib/web.ex::App.Web.run", "lib/web.ex::App.Web.local"),
    }


def test_an_elixir_protocol_is_implemented() -> None:
    files = {
        "a.ex": "defprotocol App.Size do\n  def size(d)\nend\n",
        "b.ex": "defimpl App.Size, for: BitString do\n  def size(x), do: x\nend\n",
    }
    assert ("b.ex::App.Size.BitString", "a.ex::App.Size") in edges(files, "inherits")


def test_a_haskell_name_comes_from_the_module_that_is_imported() -> None:
    files = {
        "src/A/Store.hs": "module A.Store where\ndata Box = Mk { width :: Int }\n"
        "open :: Int -> Int\nopen x = x\n",
        "src/B/Store.hs": "module B.Store where\nopen x = x\nclose x = x\n",
        "src/Main.hs": """
            module Main where
            import A.Store
            import qualified B.Store as S
            main :: IO ()
            main = do
              run (S.open 1)
              where
                run x = open (width x)
            close x = x
            stop x = close (Mk x)
        """,
    }
    assert edges(files) == {
        ("src/Main.hs::main", "src/B/Store.hs::open"),
        ("src/Main.hs::main", "src/Main.hs::main.run"),
        ("src/Main.hs::main.run", "src/A/Store.hs::open"),
        ("src/Main.hs::main.run", "src/A/Store.hs::Box.Mk.width"),
        ("src/Main.hs::stop", "src/Main.hs::close"),
    }
    assert ("src/Main.hs::stop", "src/A/Store.hs::Box.Mk") in edges(files, "references")


def test_a_lua_module_is_the_table_that_its_file_returns() -> None:
    found = edges({
        "app/net.lua": "local M = {}\nfunction M.open(x) return M end\n"
        "function M:send() self:log() end\n"
        "function M:log() end\nreturn M\n",
        "app/child.lua": 'local Base = require("app.net")\n'
        'local Child = setmetatable({}, { __index = Base })\n'
        "function Child:run() self:send() end\nreturn Child\n",
        "main.lua": 'local net = require("app.net")\nlocal function helper() net.open(1) end\n'
        "local function run()\n  local c = net.open()\n  c:send()\n  helper()\nend\n",
    })  # fmt: skip
    assert found == {
        ("app/net.lua::M.send", "app/net.lua::M.log"),
        ("app/child.lua::Child.run", "app/net.lua::M.send"),
        ("main.lua::helper", "app/net.lua::M.open"),
        ("main.lua::run", "app/net.lua::M.open"),
        ("main.lua::run", "app/net.lua::M.send"),
        ("main.lua::run", "main.lua::helper"),
    }


def test_a_zig_value_has_the_methods_of_its_type() -> None:
    found = edges({
        "net/client.zig": "pub const Client = struct {\n"
        "  pub fn open() !Client { return undefined; }\n"
        "  pub fn send(self: *Client) void { self.log(); }\n"
        "  fn log(self: *Client) void { _ = self; }\n"
        "};\n",
        "Tree.zig": "const Tree = @This();\nroot: u8,\npub fn init() Tree { return undefined; }\n"
        "pub fn walk(self: *const Tree) void { self.step(); }\n"
        "fn step(self: *const Tree) void { _ = self; }\n",
        "state.zig": 'const Tree = @import("Tree.zig");\npub var tree: Tree = undefined;\n',
        "main.zig": """
            const shared = &@import("state.zig").tree;
            const net = @import("net/client.zig");
            const Tree = @import("Tree.zig");
            const Client = net.Client;
            const App = struct {
                client: Client,
                tree: Tree,
                fn run(self: *App) void {
                    self.client.send();
                    self.tree.walk();
                    var c = try net.Client.open();
                    c.send();
                    helper();
                }
            };
            fn other() void { shared.walk(); }
            fn helper() void {}
        """,
    })  # fmt: skip
    assert found == {
        ("net/client.zig::Client.send", "net/client.zig::Client.log"),
        ("Tree.zig::walk", "Tree.zig::step"),
        ("main.zig::App.run", "net/client.zig::Client.send"),
        ("main.zig::App.run", "net/client.zig::Client.open"),
        ("main.zig::App.run", "Tree.zig::walk"),
        ("main.zig::other", "Tree.zig::walk"),
        ("main.zig::App.run", "main.zig::helper"),
    }


def test_a_bash_function_is_found_in_the_files_that_are_sourced() -> None:
    files = {
        "lib/common.sh": 'source "$(dirname "$0")/log.sh"\ndie() { log "$1"; }\n',
        "lib/log.sh": "log() { :; }\n",
        "other/log.sh": "log() { :; }\n",
        "run.sh": 'source "$DIR/lib/common.sh"\nmain() { die x; log y; ./lib/start.sh; }\nmain\n',
        "lib/start.sh": "",
    }
    assert edges(files) == {
        ("lib/common.sh::die", "lib/log.sh::log"),
        ("run.sh::main", "lib/common.sh::die"),
        ("run.sh::main", "lib/log.sh::log"),
        ("run.sh", "run.sh::main"),
    }
    assert ("run.sh::main", "lib/start.sh") in edges(files, "imports")


def test_a_ruby_module_stands_where_it_holds_most_however_long_its_parts_are() -> None:
    """Members are seen by readers of the file; a change of their length concerns nobody."""
    files = {
        "a.rb": "module Store\n  def self.one; end\n  def self.two; end\nend\n",
        "b.rb": f"module Store\n{'  # words' * 9}\n  def self.more\n    1\n\n\n\n\n  end\nend\n",
        "c.rb": "class Client\n  include Store\nend\n",
    }
    assert edges(files, kind="inherits") == {("c.rb::Client", "a.rb::Store")}
