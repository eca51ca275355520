//* Rust: what must be found in it
use std::fmt; //? from std import fmt
use crate::net::{self, http::{Client, Error as HttpError}, tcp::*}; //? from crate import net; from crate::net::http import Client; from crate::net::http import Error as HttpError; from crate::net::tcp import *
use super::{base::Base, helper}; //? from super::base import Base; from super import helper
pub(crate) use self::inner::Thing; //? from self::inner import Thing
use serde; //? import serde
extern crate libc as c; //? import libc as c
mod other; //? import self::other
pub mod inner { //? def module inner
    pub fn deep() { super::helper(1); } //? def function inner.deep; call super.helper in inner.deep
}

pub const LIMIT: usize = 10; //? def constant LIMIT
static mut COUNT: u32 = 0; //? def constant COUNT
type Alias = Client; //? def type Alias; use Client in Alias

/// Serves.
/// And more.
#[derive(Debug, Clone)] //? def struct Server; doc Serves.; span 5
pub struct Server<T> {
    client: Client, //? bind this.client annotation Client in Server; use Client in Server
    items: Vec<T>,
}

impl<T> Server<T> {
    /// Makes one.
    pub fn new(url: &str, client: &mut Client) -> Self { //? def method Server.new; doc Makes one.; bind client annotation Client in Server.new; bind return annotation Self in Server.new; use Client in Server.new
        let other = Client::open(url)?; //? call Client.open in Server.new; bind other call Client.open in Server.new
        other.get(LIMIT); //? call other.get in Server.new; use LIMIT in Server.new
        Server { client, items: Vec::new() } //? call Vec.new in Server.new; use Server in Server.new
    }

    async fn run(&self, f: impl Fn(u32)) { //? def method Server.run
        self.client.send().await?.body::<T>(); //? call self.client.send in Server.run; call self.client.send().body in Server.run
        let made = Base { size: 1 }; //? bind made call Base in Server.run; use Base in Server.run
        made.go(); //? call made.go in Server.run
        println!("{}", helper(self.items.len())); //? call helper in Server.run; call ?.len in Server.run
        self.items.iter().map(helper).for_each(|x| x.go()); //? call self.items.iter in Server.run; call self.items.iter().map in Server.run; call self.items.iter().map().for_each in Server.run; call ?.go in Server.run; use helper in Server.run
        f(1); //! call f in Server.run
        if let Some(found) = net::find::<T>() { found.stop(); } //? call net.find in Server.run; call ?.stop in Server.run
        match self.kind { Kind::A => Self::stop(), other => drop(other) } //? call Self.stop in Server.run; call drop in Server.run; use Kind.A in Server.run
        my_macro!(1); //? call my_macro in Server.run
        Vec::<T>::with_capacity(1); //? call Vec.with_capacity in Server.run
    }
}

impl<T> fmt::Display for Server<T> { //? inherit fmt.Display in Server
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("") } //? def method Server.fmt; call f.write_str in Server.fmt; bind f annotation fmt::Formatter<'_> in Server.fmt
}
impl From<HttpError> for Elsewhere { //? inherit From
    fn from(e: HttpError) -> Elsewhere { Elsewhere } //? def method Elsewhere.from
}

pub enum Kind { A, B(Client), C { x: i32 } } //? def enum Kind; def constant Kind.A; def constant Kind.B; def constant Kind.C
pub struct Unit; //? def struct Unit

pub trait Runner: Base + From<u32> { //? def trait Runner; inherit Base in Runner; inherit From in Runner
    const SIZE: usize; //? def constant Runner.SIZE
    fn run(&self); //? def method Runner.run
    fn twice(&self) { self.run(); } //? def method Runner.twice; call self.run in Runner.twice
}

#[macro_export]
macro_rules! my_macro { //! def macro my_macro
    ($x:expr) => { helper($x) }; //? call helper in my_macro
}

extern "C" {
    fn external(a: i32); //? def prototype external
}

fn größe(ä: Kind) -> Kind { helper(ä) } //? def function größe; call helper in größe

#[cfg(test)]
mod tests {
    use super::*; //? from super import * in tests
    #[test] //? def function tests.works
    fn works() { größe(LIMIT); } //? call größe in tests.works; use LIMIT in tests.works
}
