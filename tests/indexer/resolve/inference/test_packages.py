"""Names across files in languages with declared packages: Java, Kotlin, Scala, C#, PHP, Swift."""

import pytest

from ..test_resolver import all_edges, edges

JAVA_CLIENT = (
    "package net;\npublic class Client {\n"
    "  public Client open() { return this; }\n"
    "  public void send() {}\n}\n"
)
KOTLIN_CLIENT = "package net\nclass Client {\n    fun open(): Client = this\n    fun send() {}\n}\n"


def test_kotlin_sees_its_package_whatever_the_folder() -> None:
    files = {
        "x/A.kt": "package a.b\nfun work() {}\nclass Tool {\n    fun cut() {}\n}\n",
        "y/B.kt": "package a.b\nfun main() {\n    work()\n    Tool().cut()\n}\n",
        "z/C.kt": "package c\nfun work() {}\n",
    }
    assert edges(files) == {
        ("y/B.kt::main", "x/A.kt::work"),
        ("y/B.kt::main", "x/A.kt::Tool"),
        ("y/B.kt::main", "x/A.kt::Tool.cut"),
    }


def test_kotlin_and_java_call_each_other() -> None:
    files = {
        "src/net/Client.java": JAVA_CLIENT,
        "src/app/Main.kt": "package app\nimport net.Client\n"
        "class Main(private val client: Client) {\n"
        "    fun go() {\n"
        "        client.open().send()\n    }\n}\n",
        "src/app/Start.java": "package app;\nclass Start { void run(Main main) { main.go(); } }\n",
    }
    assert edges(files) == {
        ("src/app/Main.kt::Main.go", "src/net/Client.java::Client.open"),
        ("src/app/Main.kt::Main.go", "src/net/Client.java::Client.send"),
        ("src/app/Start.java::Start.run", "src/app/Main.kt::Main.go"),
    }


def test_kotlin_extensions_companions_and_objects_are_members() -> None:
    files = {
        "a.kt": "package a\nclass Box {\n    companion object {\n"
        "        fun make(): Box = Box()\n"
        "    }\n}\n"
        "object Single {\n    fun f() {}\n}\n",
        "b.kt": "package b\nimport a.Box\nfun Box.shout() {\n"
        "    Single.f()\n}\nfun String.whisper() {}\n",
        "c.kt": "package c\nimport a.*\nimport b.shout\n"
        "import b.whisper as hush\nfun main(x: Int) {\n"
        "    Box.make().shout()\n"
        "    Single.f()\n    x.text.hush()\n}\n",
    }
    assert edges(files) >= {
        ("c.kt::main", "a.kt::Box.make"),
        ("c.kt::main", "b.kt::Box.shout"),
        ("c.kt::main", "a.kt::Single.f"),
        ("c.kt::main", "b.kt::String.whisper"),
    }
    assert not [
        e for e in edges(files) if e[0] == "b.kt::Box.shout"
    ]  # `Single` is not imported there


def test_a_named_companion_shares_its_members_with_its_class() -> None:
    files = {
        "a.kt": "package a\nclass Box {\n    companion object Factory {\n"
        "        fun make() = 1\n    }\n"
        "}\n"
        "fun main() {\n    Box.make()\n    Box.Factory.make()\n}\n"
    }
    assert edges(files) == {("a.kt::main", "a.kt::Box.Factory.make")}


def test_scala_packages_nest_selectors_rename_and_companions_share_members() -> None:
    files = {
        "a.scala": "package com.net\n"
        "class Client { def open(): Client = this; def send() = 1 }\n"
        "object Client { def make = new Client }\n",
        "b.scala": "package com\npackage app\nimport net.{Client => C}\n"
        "object Main { def run(c: C) = { c.open().send(); C.make().send() } }\n",
        "c.scala": "package com\nclass Other { def go() = app.Main.run(null) }\n",
        "util/package.scala": "package com\npackage object util { def cut(s: String) = s }\n",
        "d.scala": "package com.app\nimport com.util._\n"
        "class D extends Logging { def f() = cut(log) }\n"
        "trait Logging { def log = 1 }\n",
    }
    found = edges(files)
    assert found >= {
        ("b.scala::Main.run", "a.scala::Client.open"),
        ("b.scala::Main.run", "a.scala::Client.send"),
        ("b.scala::Main.run", "a.scala::Client.make"),
        ("c.scala::Other.go", "b.scala::Main.run"),
        ("d.scala::D.f", "util/package.scala::cut"),
    }


def test_csharp_sees_the_namespaces_around_usings_and_every_part_of_a_class() -> None:
    files = {
        "Net.cs": "namespace App.Net { public class Client { public Client Open() { return "
        "this; } public void Send() {} } }\n",
        "Log.cs": "namespace App { static class Log { public static void Write() {} } }\n",
        "Tool.cs": "namespace Other { public static class Tool { public static void Cut(this "
        "string s) {}\n"
        "  public static void Shout(this App.Net.Client c) {} public static int "
        "Max() { return 1; } } }\n",
        "A.cs": "using App.Net;\nusing Other;\n"
        "using static Other.Tool;\nusing C = App.Net.Client;\n"
        "namespace App.Ui;\n"
        "partial class Page { Client client; void Run() { client.Open().Send(); "
        "Log.Write(); Max(); Help(); client.Shout(); C.Make(); } }\n",
        "B.cs": "namespace App.Ui { partial class Page : Base { void Help() { base.Start(); "
        "} } class Base { protected void Start() {} } }\n",
    }
    assert edges(files) == {
        ("A.cs::Page.Run", "Net.cs::Client.Open"),
        ("A.cs::Page.Run", "Net.cs::Client.Send"),
        ("A.cs::Page.Run", "Log.cs::Log.Write"),
        ("A.cs::Page.Run", "Tool.cs::Tool.Max"),
        ("A.cs::Page.Run", "Tool.cs::Tool.Shout"),
        ("A.cs::Page.Run", "B.cs::Page.Help"),
        ("B.cs::Page.Help", "B.cs::Base.Start"),
    }


def test_php_names_come_from_uses_and_the_own_namespace_and_never_from_the_root() -> None:
    files = {
        "src/Net/Client.php": "<?php namespace App\\Net;\n"
        "class Client { public function open(): static { return $this; } public "
        "function send() {} }\n",
        "src/Exception.php": "<?php namespace App;\n"
        "class Exception { public function __construct() {} }\n",
        "src/functions.php": "<?php namespace App\\Util;\nfunction cut() {}\n",
        "src/global.php": "<?php\nfunction helper() {}\nclass Stray {}\n",
        "src/Run.php": "<?php namespace App;\nuse App\\Net\\Client as C;\n"
        "use function App\\Util\\cut;\n"
        "trait Logs { private function note() {} }\n"
        "class Run extends Exception {\n"
        "  use Logs;\n"
        "  public function __construct(private ?C $client) { parent::__construct(); "
        "}\n"
        "  public function go() { $this->client->open()->send(); cut(); helper(); "
        "$this->note(); self::make(); }\n"
        "  static function make() { throw new \\Exception(); new Net\\Client(); new "
        "Stray(); return new self(null); }\n"
        "}\n",
    }
    assert edges(files) == {
        ("src/Run.php::Run.__construct", "src/Exception.php::Exception.__construct"),
        ("src/Run.php::Run.go", "src/Net/Client.php::Client.open"),
        ("src/Run.php::Run.go", "src/Net/Client.php::Client.send"),
        ("src/Run.php::Run.go", "src/functions.php::cut"),
        ("src/Run.php::Run.go", "src/global.php::helper"),
        ("src/Run.php::Run.go", "src/Run.php::Logs.note"),
        ("src/Run.php::Run.go", "src/Run.php::Run.make"),
        ("src/Run.php::Run.make", "src/Net/Client.php::Client"),
        ("src/Run.php::Run.make", "src/Run.php::Run"),
    }


def test_a_swift_module_sees_itself_and_extensions_add_members() -> None:
    files = {
        "Sources/Net/Client.swift": "public class Client {\n    func open() -> Client { self }\n"
        "    func send() {}\n}\n",
        "Sources/Net/Client+More.swift": "extension Client {\n    func more() { send() }\n"
        "    var twin: Client { self }\n"
        "}\n",
        "Sources/App/Main.swift": "import Net\nstruct Main {\n    let client: Client\n"
        "    func run() {\n        client.open().more()\n"
        "        client.twin.send()\n        helper()\n    }\n}\n",
        "Sources/App/Help.swift": "func helper() {}\n",
        "Sources/Other/Help.swift": "func helper() {}\n",
    }
    assert edges(files) == {
        ("Sources/Net/Client+More.swift::Client.more", "Sources/Net/Client.swift::Client.send"),
        ("Sources/App/Main.swift::Main.run", "Sources/Net/Client.swift::Client.open"),
        ("Sources/App/Main.swift::Main.run", "Sources/Net/Client+More.swift::Client.more"),
        ("Sources/App/Main.swift::Main.run", "Sources/Net/Client.swift::Client.send"),
        ("Sources/App/Main.swift::Main.run", "Sources/App/Help.swift::helper"),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.kt", "b.swift"),
        ("a.java", "b.cs"),
        ("a.scala", "b.php"),
        ("a.cs", "b.kt"),
        ("a.php", "b.java"),
    ],
)
def test_no_edge_leaves_its_family(first: str, second: str) -> None:
    defines = {
        "a.kt": "fun shared_name() {}\n",
        "a.java": "class SharedName { static void shared_name() {} }\n",
        "a.scala": "object SharedName { def shared_name() = 1 }\n",
        "a.cs": "class SharedName { static void shared_name() {} }\n",
        "a.php": "<?php function shared_name() {} class SharedName {}\n",
    }[first]
    calls = {
        "b.swift": "func main() {\n    shared_name()\n    x.shared_name()\n}\n",
        "b.cs": "class B { void Main() { shared_name(); x.shared_name(); new SharedName(); } }\n",
        "b.php": "<?php function main() { shared_name(); $x->shared_name(); new SharedName(); }\n",
        "b.kt": "fun main() {\n    shared_name()\n    x.shared_name()\n    SharedName()\n}\n",
        "b.java": "class B { void main() { shared_name(); x.shared_name(); new SharedName(); } }\n",
    }[second]
    assert all_edges({first: defines, second: calls}) == []


def test_csharp_types_that_a_project_imports_for_all_of_its_files_are_found_by_their_one_name() -> (
    None
):
    files = {
        "src/Sink.cs": "namespace Log.Events { public class Sink { public void Emit() {} } }\n",
        "src/Writer.cs": "namespace Other { public class Writer {} }\n",
        "test/A.cs": "namespace Log.Tests { class A { void Run() { new Sink().Emit(); new "
        "Writer(); } } }\n",
    }
    assert edges(files) == {
        ("test/A.cs::A.Run", "src/Sink.cs::Sink"),
        ("test/A.cs::A.Run", "src/Sink.cs::Sink.Emit"),
    }


def test_what_a_receiver_of_an_outside_type_offers_is_not_guessed() -> None:
    files = {
        "A.java": "package a;\nclass A { void sendMessage() {} }\n",
        "B.java": "package a;\nimport x.Outside;\n"
        "class B { void go(Outside o, Object p) { o.sendMessage(); "
        "unknown.sendMessage(); } }\n",
    }
    assert edges(files) == {("B.java::B.go", "A.java::A.sendMessage")}
    files["B.java"] = files["B.java"].replace("unknown.sendMessage();", "")
    assert edges(files) == set()


def test_members_of_traits_and_classes_come_before_those_that_interfaces_announce() -> None:
    files = {
        "a.php": "<?php\ninterface Can { function run(); }\ntrait Does { function run() {} }\n"
        "class A implements Can { use Does; function go() { $this->run(); } }\n",
    }
    assert edges(files) == {("a.php::A.go", "a.php::Does.run")}


def test_swift_calls_that_try_and_wait_have_the_receiver_behind_the_words() -> None:
    files = {
        "a.swift": "struct Decoder {\n    func decode() {}\n"
        "    func build() async throws -> Decoder { self }\n"
        "}\n"
        "func main() async throws {\n    let d = try await Decoder().build()\n"
        "    d.decode()\n    try await Decoder().build().decode()\n"
        "}\n"
    }
    assert edges(files) >= {
        ("a.swift::main", "a.swift::Decoder.decode"),
        ("a.swift::main", "a.swift::Decoder.build"),
    }


def test_a_scala_instance_does_not_see_its_companion_and_the_object_not_the_instance() -> None:
    files = {
        "a.scala": "package a\nclass Box { def size() = 1 }\n"
        "object Box { def size(b: Box) = 2; def make() = new Box }\n"
        "class User { def go(b: Box) = { b.size(); Box.size(b); b.make() } }\n",
    }
    assert edges(files) == {
        ("a.scala::User.go", "a.scala::Box.size"),
        ("a.scala::User.go", "a.scala::Box.size#2"),
        ("a.scala::Box.make", "a.scala::Box"),
    }


def test_a_property_is_read_and_a_private_method_is_its_files_own() -> None:
    files = {
        "a.kt": "package a\nclass Box {\n    val answer: Int\n"
        "        get() = 1\n    private fun hidePrivately() {}\n"
        "}\n"
        "fun main(b: Box) {\n    b.answer()\n}\n",
        "b.kt": "package b\nfun other() {\n    unknown.hidePrivately()\n}\n",
    }
    assert edges(files) == set()
    assert ("a.kt::main", "a.kt::Box.answer") in edges(files, "references")
