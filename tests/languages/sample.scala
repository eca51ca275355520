// Scala: what must be found in it
package com.example //? bind package package com.example
package app //? bind package package app

import com.example.model.{Item, Other => Alias, Hidden => _, _}
    //? from com.example.model import *; from com.example.model import Item; from com.example.model import Other as Alias
import com.example.util._, a.b.C //? from a.b import C; from com.example.util import *

/** Serves. */
@component(name = NAME) //? def class Server; doc Serves.; use NAME in Server; use component in Server
class Server[T](val url: String, client: Client = new Client(1))(implicit ec: Ctx)
    //? def variable Server.url; bind client annotation Client in Server; bind ec annotation Ctx in Server; bind url annotation String in Server; call Client in Server; use Client in Server; use Ctx in Server
    extends Base[T](url) with Runner with model.Closer[T] { self: Logging =>
        //? inherit Base in Server; inherit Runner in Server; inherit model.Closer in Server; use Base in Server; use Logging in Server; use Runner in Server; use T in Server; use url in Server
  private val log: Logger = Logger.make("x")
      //? def variable Server.log; bind log annotation Logger in Server; bind log call Logger.make in Server; call Logger.make in Server.log; use Logger in Server.log
  lazy val made = new Made //? def variable Server.made; bind made call Made in Server; call Made in Server.made
  type Id = Names[T] //? def type Server.Id; use Names in Server.Id; use T in Server.Id

  def this(url: String) = this(url, new Client(2))
      //? def method Server.this; bind return call this in Server.this; bind url annotation String in Server.this; call Client in Server.this; call this in Server.this

  override def run[R <: Any](request: Request, counts: Int*)(implicit o: Ord[R]): List[R] = {
      //? def method Server.run; bind o annotation Ord[R] in Server.run; bind request annotation Request in Server.run; bind return annotation List[R] in Server.run; use Ord in Server.run; use Request in Server.run
    client.get(request) //? call client.get in Server.run
    this.client.open().read(MAX)
        //? call this.client.open in Server.run; call this.client.open().read in Server.run; use MAX in Server.run
    super.run(request) //? call super.run in Server.run
    val item = new model.Item[T](1)
        //? bind item call model.Item in Server.run; call model.Item in Server.run; use T in Server.run
    val opened = client.open() //? bind opened call client.open in Server.run; call client.open in Server.run
    val kept = log //? bind kept alias log in Server.run; use log in Server.run
    for (one <- items; x = one.next) yield one.stop() //? call ?.stop in Server.run
    items.map { x => x.close() }.filter(isGood)
        //? call ?.close in Server.run; call items.map in Server.run; call items.map().filter in Server.run; use isGood in Server.run
    try risky() catch { case e: Failure => e.print() }
        //? bind e annotation Failure in Server.run; call e.print in Server.run; call risky in Server.run; use Failure in Server.run
    level match { case s: Special => s.act(Level.HIGH); case Some(q) => q.go() }
        //? bind s annotation Special in Server.run; call ?.go in Server.run; call s.act in Server.run; use Level.HIGH in Server.run; use Special in Server.run
    item.size shorten MAX
    emptyList[R](helper _) //? call emptyList in Server.run; use helper in Server.run
    new Runner { def run() = halt() }
        //? def function Server.run.run; bind return call halt in Server.run.run; call Runner in Server.run; call halt in Server.run.run
    s"${call(1)} $log" //? call call in Server.run
  }
}

object Server { //? def class Server#2
  val MAX = 10 //? def constant Server.MAX
  def create(): Server[Int] = new Server("")
      //? def method Server.create; bind return annotation Server[Int] in Server.create; bind return call Server in Server.create; call Server in Server.create; use Server in Server.create
  def apply(x: Int) = Server.create()
      //? def method Server.apply; bind return call Server.create in Server.apply; bind x annotation Int in Server.apply; call Server.create in Server.apply
}

case class Point(x: Int, unit: Unit2)
    //? def class Point; def variable Point.unit; def variable Point.x; bind unit annotation Unit2 in Point; bind x annotation Int in Point; use Unit2 in Point.unit
case object Empty extends Shape //? def class Empty; inherit Shape in Empty; use Shape in Empty
sealed trait Shape extends Closer with Starter[String] {
    //? def trait Shape; inherit Closer in Shape; inherit Starter in Shape; use Closer in Shape; use Starter in Shape
  def draw(on: Canvas): Unit
      //? def method Shape.draw; bind on annotation Canvas in Shape.draw; bind return annotation Unit in Shape.draw; use Canvas in Shape.draw
  def twice() = draw(canvas)
      //? def method Shape.twice; bind return call draw in Shape.twice; call draw in Shape.twice; use canvas in Shape.twice
  val area: Area //? def variable Shape.area; bind area annotation Area in Shape; use Area in Shape.area
}

enum Color(val rgb: Int) extends Base:
    //? def enum Color; def variable Color.rgb; inherit Base in Color; bind rgb annotation Int in Color; use Base in Color
  case Red extends Color(1) //? def constant Color.Red; inherit Color in Color.Red; use Color in Color.Red
  case Green, Blue //? def constant Color.Blue; def constant Color.Green
  def mix(other: Color): Color = blend(other)
      //? def method Color.mix; bind other annotation Color in Color.mix; bind return annotation Color in Color.mix; bind return call blend in Color.mix; call blend in Color.mix; use Color in Color.mix

trait Show[A]: //? def trait Show
  extension (a: A) def show: String
      //? def method Show.show; bind a annotation A in Show; bind return annotation String in Show.show; use A in Show

given intShow: Show[Int] with //? def function intShow; use Show in intShow
  def show(x: Int) = x.toString //? def function intShow.show; bind x annotation Int in intShow.show

class Matrix { def *(other: Matrix) = times(other); def +=(x: Int) = x } //? def class Matrix; def method Matrix.*; def method Matrix.+=; call times in Matrix.*

opaque type Id = Long //? def type Id

package object util { def cut(s: String) = trim(s) }
    //? def function cut; bind package package util; bind return call trim in cut; bind s annotation String in cut; call trim in cut
