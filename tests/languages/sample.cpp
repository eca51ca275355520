// C++: what must be found beyond C
#include <vector> //? import vector
#include "server.h" //? import server.h
using namespace std; //? from std import *
using net::Client; //? from net import Client
namespace fs = std::filesystem; //? import std::filesystem as fs
using Items = std::vector<Item>; //? def type Items; use std.vector in Items; use Item in Items

namespace app::core { //? def module app.core
namespace {
int hidden = 1; //? def variable app.core.hidden
}
class Forward;

/// Serves.
template <typename T>
class Server : public Base<T>, private net::Other { //? inherit Base in app.core.Server; inherit net.Other in app.core.Server
 public:
  explicit Server(int fd) : fd_(fd), Base<T>(fd) { open(); } //? def method app.core.Server.Server; call open in app.core.Server.Server
  ~Server(); //? def prototype app.core.Server.~Server#2
  virtual void run() const override; //? def prototype app.core.Server.run#2
  virtual int pure() = 0; //? def method app.core.Server.pure
  Client* client() { return client_; } //? def method app.core.Server.client; bind return annotation Client in app.core.Server.client; use Client in app.core.Server.client
  const Client& reference() const; //? def prototype app.core.Server.reference
  bool operator==(const Server& other) const { return fd_ == other.fd_; } //? def method app.core.Server.operator==
  operator bool() const { return true; } //? def method app.core.Server.operator bool() const
  template <class U> void templated(U u) { u.go(); } //? def method app.core.Server.templated; call u.go in app.core.Server.templated
  static Server make() { return Server(1); } //? def method app.core.Server.make; call Server in app.core.Server.make
  enum class State : int { On, Off }; //? def enum app.core.Server.State; def constant app.core.Server.State.On; def constant app.core.Server.State.Off

 private:
  int fd_;
  Client* client_; //? bind this.client_ annotation Client in app.core.Server
  static constexpr int kMax = 3; //? def constant app.core.Server.kMax
};
}  // namespace app::core

// Runs.
template <typename T> //? def method app.core.Server.run; doc Runs.; span 17
void app::core::Server<T>::run() const {
  this->client_->get("/"); //? call this.client_.get in app.core.Server.run
  client_->open().read(1); //? call client_.open in app.core.Server.run; call client_.open().read in app.core.Server.run
  auto made = new net::Request(kMax); //? bind made call net.Request in app.core.Server.run; call net.Request in app.core.Server.run; use kMax in app.core.Server.run
  made->send(); //? call made.send in app.core.Server.run
  auto shared = std::make_shared<Client>(1); //? call std.make_shared in app.core.Server.run; bind shared call std.make_shared in app.core.Server.run
  Client direct(1), braced{2}; //? call Client in app.core.Server.run; bind direct annotation Client in app.core.Server.run
  direct.close(); //? call direct.close in app.core.Server.run
  convert<int>(hidden); //? call convert in app.core.Server.run; use hidden in app.core.Server.run
  for (auto& item : items) item.go(); //? call ?.go in app.core.Server.run
  auto lambda = [&](int z) { return helper(z); }; //? def function app.core.Server.run.lambda; call helper in app.core.Server.run.lambda
  lambda(1); //? call lambda in app.core.Server.run
  sort(items, State::On, &compare); //? call sort in app.core.Server.run; use State.On in app.core.Server.run; use compare in app.core.Server.run
  try { run(); } catch (const Error& e) { e.what(); } //? call run in app.core.Server.run; call e.what in app.core.Server.run; use Error in app.core.Server.run
  static_cast<Client*>(x)->go(); //? call static_cast().go in app.core.Server.run
}

template <typename T> app::core::Server<T>::~Server() {} //? def method app.core.Server.~Server
std::ostream& operator<<(std::ostream& out, const Items& items) { return out; } //? def function operator<<; bind items annotation Items in operator<<
bool Functor::operator()(int a) { return a; } //? def method Functor.operator()
const std::string& Outer::Inner::name() const { return name_; } //? def method Outer.Inner.name
template <> struct std::hash<Items> { }; //? def struct std.hash
struct Point { int x, y; }; //? def struct Point
constexpr int kLimit = 10; //? def variable kLimit
const auto square = [](int a) { return a * a; }; //? def function square
extern "C" { void c_function(int); } //? def prototype c_function
__global__ void kernel(float* data) { step(data); } //? def function kernel; call step in kernel
class EXPORT Exported { int x; }; //? def class Exported
TEST(Suite, Case) { EXPECT_EQ(kLimit, 1); } //? def method Suite.Case; call EXPECT_EQ in Suite.Case; use kLimit in Suite.Case
template <typename T> concept Runs = true; //? def type Runs
void größe(Point ä) { größe(ä); } //? def function größe; call größe in größe

class LIB_EXPORT Guarded : public Point { //? def class Guarded; inherit Point in Guarded
 public:
  void lock() EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); } //? def method Guarded.lock; call mutex_.lock in Guarded.lock
  int size() LOCKS_EXCLUDED(mutex_); //? def prototype Guarded.size
  Client* made(); //? def prototype Guarded.made; bind return annotation Client in Guarded.made
 private:
  Client owned_ GUARDED_BY(mutex_); //? bind this.owned_ annotation Client in Guarded
  Client many_[4]; //? bind this.many_ annotation Client in Guarded
};
typedef net::Table<int> Numbers; //? def type Numbers; bind Numbers alias net.Table
LIB_API Size counted(int a) { return step(a); } //? def function counted; call step in counted
void casts() { //? def function casts
  auto made = std::make_unique<Client>(1); //? bind made annotation Client in casts; call std.make_unique in casts
  auto cast = static_cast<Client*>(x); //? bind cast annotation Client in casts
}
void constructed(Mutex& mutex) { //? def function constructed; bind mutex annotation Mutex in constructed
  Lock held(mutex); //? call Lock in constructed; bind held annotation Lock in constructed
  net::Lock other(held, mutex); //? call net.Lock in constructed
}
struct Decorated { //? def struct Decorated
  static void LIB_API stop(int code); //? def prototype Decorated.stop
};
template <typename U> LIB_API LIB_OVERFLOW U parsed(const char* text) { return step(text); } //? def function parsed; call step in parsed
LIB_FN Numbers::iterator Decorated::first() const { return step(1); } //? def method Decorated.first; call step in Decorated.first
