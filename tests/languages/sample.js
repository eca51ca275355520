// JavaScript: what must be found in it
import fs from "fs"; //? from fs import default as fs
import * as ns from "./ns"; //? import ./ns as ns
import { one, two as deux } from "../m.js"; //? from ../m.js import one; from ../m.js import two as deux
import def, { three } from "m3"; //? from m3 import default as def; from m3 import three
import "./side-effect"; //? import ./side-effect
export { one, two as zwei } from "./m"; //? from ./m import one; from ./m import two as zwei
export * from "./all"; //? from ./all import *
export * as group from "./group"; //? import ./group as group
const path = require("path"); //? import path as path; call require
const { join, sep: separator } = require("path"); //? from path import join; from path import sep as separator; call require
const log = require("./log").create; //? from ./log import create as log; call require
require("./side"); //? import ./side; call require
export { plain as renamed }; //? from  import plain as renamed
export { plain };
const LIMIT = 10, step = 2; //? def constant LIMIT; def variable step

/**
 * Does things.
 */
export function plain(a, { b, c: d }, [e], ...rest) { //? def function plain; doc Does things.; sig export function plain(a, { b, c: d }, [e], ...rest)
  a(); //! call a in plain
  d.x(); //? call ?.x in plain
  rest.push(b(), e()); //? call ?.push in plain
  const client = new ns.Client(LIMIT); //? bind client call ns.Client in plain; call ns.Client in plain; use LIMIT in plain
  client.get(one); //? call client.get in plain; use one in plain
  const self = this; //? bind self alias this in plain
  for (const item of things) item.go(); //? call item.go in plain; bind item alias things[*] in plain
  try { deux`x`; } catch (err) { err.stop(); } //? call deux in plain; call ?.stop in plain
  return { one, three: three }; //? use three in plain
}

function* generate() {} //? def function generate
async function load() { //? def function load
  const mod = await import("./lazy"); //? import ./lazy in load; import ./lazy as mod in load
  mod.start?.(); //? call mod.start in load
  const { run } = require("./r"); //? from ./r import run in load; call require in load
  run(fs.readFileSync); //? call run in load; use fs.readFileSync in load
}
/*! call import in load */

// Adds.
export const add = (x, y) => x + y, sub = function (x, y) { return one(x); }; //? def function add; def function sub; call one in sub
const api = { //? def variable api
  get(url) { return fetch(url); }, //? def method api.get; call fetch in api.get
  post: async (url) => this.get(url), //? def method api.post; call this.get in api.post
  put: function () { return plain; }, //? def method api.put; use plain in api.put
};

// A server.
@dec //? call dec; def class Server; from  import Server as default
export default class Server extends ns.Base { //? inherit ns.Base in Server
  #secret = 1;
  static pool = new Pool(); //? bind this.pool call Pool in Server; call Pool in Server
  onClick = () => { this.start(); }; //? def method Server.onClick; call this.start in Server.onClick
  constructor(url) { //? def method Server.constructor
    super(url); //? call super in Server.constructor
    this.client = new Client(url); //? bind this.client call Client in Server.constructor; call Client in Server.constructor
    this.url = url; //? bind this.url alias url in Server.constructor
    this.later = function () { return 1; }; //? def method Server.constructor.later
  }

  /** Starts. */
  @logged //? call logged in Server.start; def method Server.start; doc Starts.; span 5
  async start() {
    await this.client.open().then((r) => r.json()); //? call this.client.open in Server.start; call this.client.open().then in Server.start; call ?.json in Server.start
    this.#hide(); //? call this.#hide in Server.start
  }
  #hide() {} //? def method Server.#hide
  get value() { return plain; } //? def method Server.value; use plain in Server.value
  set value(v) {} //? def method Server.value#2
  static make() { return new Server(); } //? def method Server.make; call Server in Server.make
}

class Mixed extends mix(Server) {} //? def class Mixed; call mix in Mixed; inherit Server in Mixed
class Child extends Mixed {} //? def class Child; inherit Mixed in Child
const Anonymous = class { run() {} }; //? def class Anonymous; def method Anonymous.run

function Old(name) { this.name = name; } //? def function Old
Old.prototype.bar = function bar() { return this.name; }; //? def method Old.bar
Old.create = function () { return new Old(); }; //? def method Old.create; call Old in Old.create
Old.prototype = { //! def function bar
  baz: function () {}, //? def method Old.baz
};
exports.helper = function () { return step; }; //? def function helper; use step in helper
module.exports.other = () => 1; //? def function other
module.exports = function () {}; //? def function exports
module.exports = { plain, short: add }; //? from  import add as short
module.exports = Server; //? from  import Server as exports
module.exports = require("./lib"); //? from ./lib import *; call require

app.get("/", function handler(req, res) { //? def function handler; call app.get
  res.send(handlers[req.x](1)); //? call ?.send in handler
  res //! call handlers in handler
    .status(1) //? call ?.status in handler
    .end(); //? call ?.end in handler
});

const App = () => <Layout.Main one={one}><p onClick={plain}>{sub()}</p><Row /></Layout.Main>;
//? def function App; call Layout.Main in App; call Row in App; call sub in App; use plain in App; use one in App
function größe(ä) { return plain(ä); } //? def function größe; call plain in größe

/** @typedef {import('./command').Command} Cmd */ //? from ./command import Command as Cmd
/**
 * @param {Cmd} cmd what to run
 * @param {?Option[]} [options=null]
 * @returns {Promise<import("./help.js").Help>}
 */
function documented(cmd, options) { //? def function documented; from ./help.js import Help; bind cmd annotation Cmd in documented; bind options annotation Option[] in documented; bind return annotation Promise<Help> in documented
  /** @type {Cmd} */
  const chosen = cmd; //? bind chosen annotation Cmd in documented
  const { parent, name: called } = chosen.data; //? bind parent alias chosen.data.parent in documented; bind called alias chosen.data.name in documented
  options.forEach(option => option.run()); //? call options.forEach in documented; bind option alias options[*] in documented; call option.run in documented
  return chosen; //? bind return alias chosen in documented
}
const recursive = (n) => recursive(n - 1); //? def function recursive; call recursive in recursive; bind return call recursive in recursive
