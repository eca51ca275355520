// Kotlin: what must be found in it
package com.example.app //? bind package package com.example.app

import com.example.model.Item //? import com.example.model.Item
import com.example.util.cut as slice //? import com.example.util.cut as slice
import com.example.tools.* //? from com.example.tools import *

/** Serves. */
@Component(name = NAME) //? def class Server; doc Serves.; use Component in Server; use NAME in Server
open class Server<T>(
    private val url: String, //? def variable Server.url; bind url annotation String in Server
    val client: Client = Client(MAX),
        //? def variable Server.client; bind client annotation Client in Server; call Client in Server.client; use Client in Server.client; use MAX in Server.client
    other: Other, //? bind other annotation Other in Server; use Other in Server
) : Base<T>(url), Runner, model.Closer<T> {
    //? inherit Base in Server; inherit Runner in Server; inherit model.Closer in Server; use Base in Server; use Runner in Server; use T in Server; use model.Closer in Server; use url in Server
    val log: Logger = Logger.make("x")
        //? def variable Server.log; bind log annotation Logger in Server; call Logger.make in Server.log; use Logger in Server.log
    private val made by lazy { Made(url) }
        //? def variable Server.made; bind made call Made in Server; call Made in Server.made; call lazy in Server.made; use url in Server.made
    var count = 0 //? def method Server.count
        get() = field + 1 //? use field in Server.count
        set(value) {
            field = check(value) //? call check in Server.count
        }

    init {
        prepare(url) //? call prepare in Server
    }

    constructor(url: String) : this(url, Client(), other)
        //? def method Server.constructor; bind url annotation String in Server.constructor; call Client in Server.constructor; call this in Server.constructor; use other in Server.constructor

    override suspend fun <R : Any> run(request: Request, vararg counts: Int): List<R>? {
        //? def method Server.run; bind counts annotation Int in Server.run; bind request annotation Request in Server.run; bind return annotation List<R>? in Server.run; use List in Server.run; use R in Server.run; use Request in Server.run
        client.get(request) //? call client.get in Server.run
        this.client.open().read(MAX)
            //? call this.client.open in Server.run; call this.client.open().read in Server.run; use MAX in Server.run
        super.run(request) //? call super.run in Server.run
        this@Server.stop() //? call this@Server.stop in Server.run
        val item = Item<T>(MAX) //? bind item call Item in Server.run; call Item in Server.run; use T in Server.run
        val kept = log //? bind kept alias log in Server.run; use log in Server.run
        val opened = client.open() //? bind opened call client.open in Server.run; call client.open in Server.run
        val some = request as Special //? bind some annotation Special in Server.run; use Special in Server.run
        for (one: Item in items) one.stop()
            //? bind one annotation Item in Server.run; call one.stop in Server.run; use Item in Server.run
        items.map { x -> x.close() }.filter(::isGood)
            //? call ?.close in Server.run; call items.map in Server.run; call items.map().filter in Server.run; use isGood in Server.run
        try {
            risky() //? call risky in Server.run
        } catch (e: Failure) { //? bind e annotation Failure in Server.run; use Failure in Server.run
            e.print() //? call e.print in Server.run
        }
        item?.go()!!.next() //? call item.go in Server.run; call item.go().next in Server.run
        url shorten MAX
        with(some) { act(Level.HIGH) } //? call act in Server.run; call with in Server.run; use Level.HIGH in Server.run
        return "${slice(url)} $count" //? call slice in Server.run; use url in Server.run
    }

    companion object {
        const val MAX = 10 //? def constant Server.MAX
        fun create(): Server<Int> = Server("")
            //? def method Server.create; bind return annotation Server<Int> in Server.create; call Server in Server.create; use Server in Server.create
        fun other() = make() //? def method Server.other; bind return call make in Server.other; call make in Server.other
    }

    enum class Level(val n: Int) {
        //? def enum Server.Level; def variable Server.Level.n; bind n annotation Int in Server.Level
        LOW(1), //? def constant Server.Level.LOW
        HIGH(2) { //? def constant Server.Level.HIGH
            override fun v() = 1 //? def method Server.Level.HIGH.v
        };

        abstract fun v(): Int //? def method Server.Level.v; bind return annotation Int in Server.Level.v
    }

    inner class Inner { //? def class Server.Inner
        fun f() { //? def method Server.Inner.f
            super<Base>.foo() //? call super.foo in Server.Inner.f; use Base in Server.Inner.f
        }
    }

    object Named : Runner { //? def class Server.Named; inherit Runner in Server.Named; use Runner in Server.Named
        override fun go() {} //? def method Server.Named.go
    }
}

data class Point(val x: Int, val unit: Unit2)
    //? def class Point; def variable Point.unit; def variable Point.x; bind unit annotation Unit2 in Point; bind x annotation Int in Point; use Unit2 in Point.unit

class Named {
    companion object Factory : Base.Factory { //? def class Named.Factory; inherit Base.Factory in Named.Factory
        fun make() = build() //? def method Named.Factory.make; call build in Named.Factory.make
    }
}

@Retention(RUNTIME) @Marker annotation class Qualifier //? def class Qualifier; use Marker

class Delegated(c: Runner) : Runner by c
    //? def class Delegated; inherit Runner in Delegated; bind c annotation Runner in Delegated; use Runner in Delegated

sealed interface Shape { //? def interface Shape
    val area: Area //? def variable Shape.area; bind area annotation Area in Shape; use Area in Shape.area
    fun draw(on: Canvas) //? def method Shape.draw; bind on annotation Canvas in Shape.draw; use Canvas in Shape.draw
}

fun Server<Int>.shout(n: Int = 2): String = this.uppercase() + n
    //? def method Server.shout; bind n annotation Int in Server.shout; bind return annotation String in Server.shout; call this.uppercase in Server.shout; use Server in Server.shout

fun model.Item?.cutShort(n: Count): Item? = cut(n)
    //? def method model.Item.cutShort; bind n annotation Count in model.Item.cutShort; bind return annotation Item? in model.Item.cutShort; call cut in model.Item.cutShort; use Count in model.Item.cutShort; use Item in model.Item.cutShort; use model.Item in model.Item.cutShort

val Point.norm: Norm get() = measure(x)
    //? def method Point.norm; bind norm annotation Norm in Point; call measure in Point.norm; use Norm in Point.norm; use Point.norm in Point.norm; use x in Point.norm

typealias Names = List<Name> //? def type Names; use List in Names; use Name in Names

const val NAME = "x" //? def constant NAME

val runner = object : Runner { //? def variable runner; inherit Runner in runner; use Runner in runner
    override fun run() { //? def method runner.run
        halt() //? call halt in runner.run
    }
}
