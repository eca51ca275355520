//* Zig: what must be found in it
const std = @import("std"); //? import std as std
const net = @import("net/client.zig"); //? import net/client.zig as net
const Queue = @import("queue.zig").Queue; //? from queue.zig import Queue as Queue
const state = &@import("main.zig").state; //? from main.zig import state as state
usingnamespace @import("mixin.zig"); //? from mixin.zig import *
const Client = net.http.Client; //? def constant Client; bind Client alias net.http.Client; use net.http.Client in Client
pub const limit: u32 = 10; //? def constant limit

/// Serves.
pub const Server = struct { //? def struct Server; doc Serves.
    client: Client, //? bind this.client annotation Client in Server; use Client in Server
    queue: *Queue = undefined, //? bind this.queue annotation Queue in Server; use Queue in Server
    const Self = @This(); //? def constant Server.Self

    pub fn init(a: *const Client) !Server { //? def method Server.init; bind a annotation Client in Server.init; bind return annotation Server in Server.init; use Client in Server.init; use Server in Server.init
        var c = try Client.open(a); //? bind c call Client.open in Server.init; call Client.open in Server.init
        c.get(); //? call c.get in Server.init
        const d: Client = undefined; //? bind d annotation Client in Server.init
        d.close(); //? call d.close in Server.init
        return Server{ .client = c }; //? call Server in Server.init
    }

    fn run(self: *Self, x: anytype) void { //? def method Server.run; bind self annotation Self in Server.run
        self.client.send(); //? call self.client.send in Server.run
        self.run(limit); //? call self.run in Server.run; use limit in Server.run
        helper(1); //? call helper in Server.run
        if (x) |v| v.go(); //? call ?.go in Server.run
        for (x, 0..) |a, i| { a.b(i); } //? call ?.b in Server.run
        @memcpy(x, helper(limit)); //? call helper in Server.run
    }
};

const Kind = enum { first, second, fn next() void {} }; //? def enum Kind; def constant Kind.first; def constant Kind.second; def method Kind.next
const Either = union(enum) { a: u8, b: Server }; //? def struct Either; bind this.b annotation Server in Either; use Server in Either
const Failure = error{ Closed, Lost }; //? def enum Failure; def constant Failure.Closed; def constant Failure.Lost

fn List(comptime T: type) type { //? def struct List
    return struct {
        items: []T,
        pub fn get(self: @This()) T { return self.items[0]; } //? def method List.get
    };
}

fn helper(x: u32) void { _ = x; } //? def function helper

test "a server starts" { helper(1); } //? def function a server starts; call helper in a server starts
