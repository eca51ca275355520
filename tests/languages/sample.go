// Package sample says what must be found in Go.
package sample

import (
	"fmt"               //? import fmt
	j "encoding/json"   //? import encoding/json as j
	. "example.com/dot" //? from example.com/dot import *
	_ "side/effect"     //? import side/effect as _
)

// Limit is how many.
const Limit = 10 //? def constant Limit; doc Limit is how many.; sig const Limit = 10

const (
	// Red is a colour.
	Red, Blue = iota, 2 //? def constant Red; def constant Blue; doc Red is a colour.; span 1
	green               //? def constant green
)

var def = &Server{name: "x"} //? def variable def; use Server in def; bind def call Server
var (
	count int          //? def variable count; bind count annotation int
	codec = j.New(fmt) //? def variable codec; call j.New in codec; bind codec call j.New
)

// Server serves.
type Server struct { //? def struct Server; doc Server serves.; sig type Server struct; span 6
	*Base           //? inherit Base in Server
	fmt.Stringer    //? inherit fmt.Stringer in Server
	name, addr string //? bind this.addr annotation string in Server
	client *http.Client //? bind this.client annotation http.Client in Server
}

type (
	// Runner runs.
	Runner interface { //? def interface Runner; doc Runner runs.
		Run(ctx Context) error //? def method Runner.Run; bind ctx annotation Context in Runner.Run; use Context in Runner.Run
		Closer                 //? inherit Closer in Runner
	}
	Alias = Server           //? def type Alias; use Server in Alias
	Handler func(s *Server) //? def type Handler; use Server in Handler
)

type Set[T comparable] struct{ items map[T]bool } //? def struct Set

// Start starts.
func (s *Server) Start(ctx Context, opts ...Option) (*Client, error) { //? def method Server.Start; doc Start starts.; bind s annotation Server in Server.Start; bind return annotation Client in Server.Start
	s.client.Get("/")           //? call s.client.Get in Server.Start
	c, err := NewClient(Limit)  //? call NewClient in Server.Start; bind c call NewClient in Server.Start; use Limit in Server.Start
	c.Do()                      //? call c.Do in Server.Start
	r := &Request{Method: GET}  //? bind r call Request in Server.Start; use Request in Server.Start; use GET in Server.Start
	v := Point{1, 2}            //? bind v call Point in Server.Start; use Point in Server.Start
	defer s.mu.Unlock()         //? call s.mu.Unlock in Server.Start
	go run(handle, j.Marshal)   //? call run in Server.Start; use handle in Server.Start; use j.Marshal in Server.Start
	for i, item := range things {
		item.Go(i) //? call ?.Go in Server.Start
	}
	switch t := x.(type) {
	case *Server:
		t.Stop() //? call ?.Stop in Server.Start
	}
	f := func(w Writer) { w.Write(def) } //? call w.Write in Server.Start; bind w annotation Writer in Server.Start; use def in Server.Start
	f(1)                                 //! call f in Server.Start
	x.(Closer).Close()                   //? call ?.Close in Server.Start
	table[1](2)                          //! call table in Server.Start
	set := NewSet[int](3)                //? call NewSet in Server.Start
	return c, err
}

func (Set[T]) Len() int { return len(codec) } //? def method Set.Len; use codec in Set.Len
func (s *Set[T]) Add(item T)                 { s.items[item] = true } //? def method Set.Add; bind s annotation Set[T] in Set.Add

func main() { //? def function main
	err := j.Unmarshal(data, //? call j.Unmarshal in main
		&def)
	builder.
		With(Red).      //? call builder.With in main; use Red in main
		Build(fmt.Sprint(err)) //? call builder.With().Build in main; call fmt.Sprint in main
	var q *Server = nil //? bind q annotation Server in main
	q.Start(nil)        //? call q.Start in main
}

func größe(ä int) Server { return Server{} } //? def function größe; bind return annotation Server in größe; use Server in größe
