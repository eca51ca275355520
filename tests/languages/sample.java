// Java: what must be found in it
package com.example.app;

import java.util.List; //? import java.util.List
import static java.lang.Math.max; //? from java.lang.Math import max
import com.example.model.*; //? from com.example.model import *
import static com.example.Const.*; //? from com.example.Const import *

/** Serves. */
@Component(name = NAME) //? def class Server; doc Serves.; use Component in Server; use NAME in Server
public class Server<T> extends Base<T> implements Runner, model.Closer<T> {
    //? inherit Base in Server; inherit Runner in Server; inherit model.Closer in Server
    public static final int MAX = 10; //? def constant Server.MAX
    private final Client client = new Client(MAX), other; //? bind this.client annotation Client in Server; bind this.other annotation Client in Server; call Client in Server; use MAX in Server
    private Map<String, List<T>> table; //? bind this.table annotation Map<String, List<T>> in Server; use List in Server

    /**
     * Makes one.
     */
    public Server(String url, Client client) { //? def method Server.Server; doc Makes one.; bind client annotation Client in Server.Server
        super(url); //? call super in Server.Server
        this.client = client;
    }

    @Override //? def method Server.run; sig @Override public <R> List<R> run(final Request request, int... counts) throws IOException; bind return annotation List<R> in Server.run
    public <R> List<R> run(final Request request, int... counts) throws IOException {
        //? bind request annotation Request in Server.run; use IOException in Server.run; use Request in Server.run
        client.get(request); //? call client.get in Server.run
        this.client.open().read(MAX); //? call this.client.open in Server.run; call this.client.open().read in Server.run; use MAX in Server.run
        start(); //? call start in Server.run
        var made = new model.Item<T>(); //? call model.Item in Server.run; bind made call model.Item in Server.run
        made.go(); //? call made.go in Server.run
        for (Item item : items) item.stop(); //? call item.stop in Server.run; bind item annotation Item in Server.run
        try (Reader r = open()) { r.read(); } //? call open in Server.run; call r.read in Server.run; bind r annotation Reader in Server.run
        catch (RuntimeException | Failure e) { e.print(); } //? call ?.print in Server.run; use Failure in Server.run
        items.forEach(x -> x.close()); //? call items.forEach in Server.run; call ?.close in Server.run
        items.map(this::handle).map(Tool::cut); //? call items.map in Server.run; call items.map().map in Server.run; use this.handle in Server.run; use Tool.cut in Server.run
        Level level = Level.HIGH; //? use Level in Server.run; use Level.HIGH in Server.run
        if (level instanceof Special special) special.act(); //? call special.act in Server.run; bind special annotation Special in Server.run
        return Collections.<R>emptyList(); //? call Collections.emptyList in Server.run
    }

    void start() { //? def method Server.start
        new Thread(new Runnable() { //? call Thread in Server.start; call Runnable in Server.start
            public void run() { halt(); } //? def method Server.start.run; call halt in Server.start.run
        }).start(); //? call Thread().start in Server.start
        queue
            .add(max(1, 2)) //? call queue.add in Server.start; call max in Server.start
            .join(); //? call queue.add().join in Server.start
    }

    enum Level { LOW, HIGH(1) { int v() { return 1; } }; abstract int v(); } //? def enum Server.Level; def constant Server.Level.LOW; def constant Server.Level.HIGH; def method Server.Level.HIGH.v; def method Server.Level.v

    static class Inner {} //? def class Server.Inner
}

record Point(int x, Unit unit) implements Comparable<Point> { //? def class Point; inherit Comparable in Point; bind this.unit annotation Unit in Point
    Point { check(x); } //? def method Point.Point; call check in Point.Point
}

interface Runner extends Closer, Starter<String> { //? def interface Runner; inherit Closer in Runner; inherit Starter in Runner
    int LIMIT = 3; //? def constant Runner.LIMIT
    void run(); //? def method Runner.run
    default void twice() { run(); } //? def method Runner.twice; call run in Runner.twice
}

@interface Component { String name() default ""; } //? def interface Component; def method Component.name

class Größe { void ändern(Größe ä) { ä.ändern(ä); } } //? def class Größe; def method Größe.ändern; call ä.ändern in Größe.ändern
