// Swift: what must be found in it
import Foundation //? from Foundation import *
@testable import Kit //? from Kit import *

/// Serves.
@available(iOS 13, *) //? def class Server; doc Serves.
open class Server<T: Thing>: Base<T>, Runner, Model.Closer {
    //? inherit Base in Server; inherit Model.Closer in Server; inherit Runner in Server; use Base in Server; use Model.Closer in Server; use Runner in Server; use T in Server; use Thing in Server
    static let MAX = 10 //? def constant Server.MAX
    private let client: Client = Client(MAX), other: Other
        //? def variable Server.client; def variable Server.other; bind client annotation Client in Server; bind other annotation Other in Server; call Client in Server.other; use Client in Server.other; use MAX in Server.other; use Other in Server.other
    var url: String { get { make() } set { check(newValue) } }
        //? def method Server.url; bind url annotation String in Server; call check in Server.url; call make in Server.url; use newValue in Server.url
    lazy var made = Made() //? def variable Server.made; bind made call Made in Server; call Made in Server.made
    @Published var state: State = .idle
        //? def variable Server.state; bind state annotation State in Server; use Published in Server.state; use State in Server.state
    weak var delegate: Delegate?
        //? def variable Server.delegate; bind delegate annotation Delegate? in Server; use Delegate in Server.delegate
    var items: [Item] = [] //? def variable Server.items; bind items annotation [Item] in Server; use Item in Server.items

    init(url: String, client: Client) {
        //? def method Server.init; bind client annotation Client in Server.init; bind url annotation String in Server.init; use Client in Server.init
        super.init(url) //? call super.init in Server.init
        self.client = client
    }

    convenience init?(x: Int) { self.init(url: "", client: Client()) }
        //? def method Server.init#2; bind x annotation Int in Server.init#2; call Client in Server.init#2; call self.init in Server.init#2

    deinit { stop() } //? def method Server.deinit; call stop in Server.deinit

    /// Runs.
    @discardableResult //? def method Server.run; doc Runs.; bind return annotation List<R> in Server.run
    override func run<R>(_ request: Request, with counts: Int...) async throws -> List<R> {
        //? bind counts annotation Int in Server.run; bind request annotation Request in Server.run; use List in Server.run; use Request in Server.run
        client.get(request) //? call client.get in Server.run
        self.client.open().read(MAX)
            //? call self.client.open in Server.run; call self.client.open().read in Server.run; use MAX in Server.run
        super.run(request) //? call super.run in Server.run
        let item = Item<T>(1) //? bind item call Item in Server.run; call Item in Server.run; use T in Server.run
        let opened = try await client.open() //? bind opened call client.open in Server.run; call client.open in Server.run
        let kept = client //? bind kept alias client in Server.run; use client in Server.run
        guard let x = maybe(), let self else { return } //? bind x call maybe in Server.run; call maybe in Server.run
        if let y = z as? Special { y.go() }
            //? bind y annotation Special in Server.run; call y.go in Server.run; use Special in Server.run
        for one in items { one.stop() } //? call ?.stop in Server.run
        items.map { x in x.close() }.filter(isGood)
            //? call items.map in Server.run; call items.map().filter in Server.run; call x.close in Server.run; use isGood in Server.run
        do { try risky() } catch let e as Failure { e.print() }
            //? bind e annotation Failure in Server.run; call e.print in Server.run; call risky in Server.run; use Failure in Server.run
        item?.go()!.next() //? call item.go in Server.run; call item.go().next in Server.run
        Tool.shared.cut(by: helper) //? call Tool.shared.cut in Server.run; use helper in Server.run
        func local(a: Count) -> Count { inner(a) }
            //? def function Server.run.local; bind a annotation Count in Server.run.local; bind return annotation Count in Server.run.local; call inner in Server.run.local; use Count in Server.run.local
        observe(self, selector: #selector(onIt)) //? call observe in Server.run; use onIt in Server.run
        return "a \(call(1)) x" //? call call in Server.run
    }

    subscript(i: Int) -> Item {
        //? def method Server.subscript; bind i annotation Int in Server.subscript; use Item in Server.subscript
        fetch(i) //? call fetch in Server.subscript
    }

    enum Level: Raw { //? def enum Server.Level; inherit Raw in Server.Level; use Raw in Server.Level
        case low, high //? def constant Server.Level.high; def constant Server.Level.low
        case other(Item) //? def constant Server.Level.other; use Item in Server.Level.other
        func v() -> Int { 1 } //? def method Server.Level.v; bind return annotation Int in Server.Level.v
    }

    struct P { //? def struct Server.P
        let x: Size //? def variable Server.P.x; bind x annotation Size in Server.P; use Size in Server.P.x
        var u = Unit() //? def variable Server.P.u; bind u call Unit in Server.P; call Unit in Server.P.u
    }

    typealias Id = Name //? def type Server.Id; use Name in Server.Id
}

protocol Runner: AnyObject, Closer {
    //? def interface Runner; inherit AnyObject in Runner; inherit Closer in Runner; use Closer in Runner
    associatedtype Element //? def type Runner.Element
    var limit: Limit { get }
        //? def variable Runner.limit; bind limit annotation Limit in Runner; use Limit in Runner.limit
    func run(on: Track) -> Result
        //? def method Runner.run; bind on annotation Track in Runner.run; bind return annotation Result in Runner.run; use Result in Runner.run; use Track in Runner.run
    init(x: Size) //? def method Runner.init; bind x annotation Size in Runner.init; use Size in Runner.init
}

extension Server: Extra where T: Thing { //? inherit Extra in Server; use Extra in Server; use Server in Server
    func more() { run() } //? def method Server.more; call run in Server.more
    var count: Int { items.count() }
        //? def method Server.count; bind count annotation Int in Server; call items.count in Server.count
}

extension Model.Item { //? use Model.Item
    static func cut() {} //? def method Model.Item.cut
}

actor Actor { //? def class Actor
    func act() {} //? def method Actor.act
}

func top(client: Client, _ f: (Int) -> Void) -> Client {
    //? def function top; bind client annotation Client in top; bind f annotation (Int) -> Void in top; bind return annotation Client in top; use Client in top
    Server(url: "").run(Request()) //? call Request in top; call Server in top; call Server().run in top
}

let globalValue = Client() //? def variable globalValue; bind globalValue call Client; call Client in globalValue
