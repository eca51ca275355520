// TypeScript: what must be found beyond JavaScript
import type { Config } from "./config"; //? from ./config import Config
import legacy = require("./legacy"); //? import ./legacy as legacy
import { Injectable, Base } from "@core/di"; //? from @core/di import Injectable; from @core/di import Base

/** What runs. */
export interface Runner<T> extends Base<T>, legacy.Other { //? def interface Runner; inherit Base in Runner; inherit legacy.Other in Runner; doc What runs.
  name: string;
  config: Config; //? bind this.config annotation Config in Runner; use Config in Runner
  run(config: Config): Promise<T>; //? def method Runner.run; bind config annotation Config in Runner.run; bind return annotation Promise<T> in Runner.run
}
export type Handler = (event: Config) => void; //? def type Handler; use Config in Handler
type Shape = { area(): number }; //? def type Shape; def method Shape.area
export enum Color { Red, Green = 2 } //? def enum Color; def constant Color.Red; def constant Color.Green
declare const VERSION: string; //? def constant VERSION; bind VERSION annotation string
declare function ambient(a: string): Config; //? def prototype ambient; use Config in ambient

// Overloaded.
export function over(a: string): void; //? def prototype over#2
export function over(a: number): void; //? def prototype over#3
export function over(a: any): void { check<Config>(a as Config); } //? def function over; call check in over; use Config in over

@Injectable({ providedIn: "root" }) //? call Injectable; def class Service; span 18
export class Service<T> extends Base<T> implements Runner<T>, legacy.Other { //? inherit Base in Service; inherit Runner in Service; inherit legacy.Other in Service
  private readonly log: Logger = new Logger(); //? bind this.log annotation Logger in Service; call Logger in Service; bind this.log call Logger in Service
  handler = (e: Event): void => this.log.write(e); //? def method Service.handler; call this.log.write in Service.handler; bind e annotation Event in Service.handler

  constructor(private config: Config, public url?: string) { super(); } //? def method Service.constructor; bind this.config annotation Config in Service.constructor; call super in Service.constructor
  get(a: string): void; //? def prototype Service.get#2
  get(a?: any): Config { //? def method Service.get; bind return annotation Config in Service.get
    const map: Map<string, Config> = legacy.make<Config>(); //? bind map annotation Map<string, Config> in Service.get; call legacy.make in Service.get
    return map.get(a!)!.copy()!; //? call map.get in Service.get; call map.get().copy in Service.get
  }
  @Input() value: string; //? call Input in Service
  @HostListener("x") //? call HostListener in Service; def method Service.listen
  listen(): void {
    this.config!.load(); //? call this.config.load in Service.listen
    maybe!(); //? call maybe in Service.listen
  }
}

export abstract class Abstract { //? def class Abstract
  abstract area(): number; //? def method Abstract.area
}
namespace Outer.Inner { //? def module Outer.Inner
  export function inside(): void { over(1); } //? def function Outer.Inner.inside; call over in Outer.Inner.inside
}
declare module "other" {
  export function added(): void; //? def prototype added
}
export default (config: Config): Handler => over(config); //? def function default; call over in default; bind config annotation Config in default
export type Both = Config & legacy.Other; //? def type Both; inherit Config in Both; inherit legacy.Other in Both
class Parts { //? def class Parts
  constructor(readonly config: Config, { log, url: where }: Shape<string>) {} //? def method Parts.constructor; bind this.config annotation Config in Parts.constructor; bind log alias Shape().log in Parts.constructor; bind where alias Shape().url in Parts.constructor
  made = create(); //? bind this.made call create in Parts; call create in Parts
  find() { const found = this.made as Found; return new Found(found); } //? def method Parts.find; bind found annotation Found in Parts.find; call Found in Parts.find; bind return call Found in Parts.find
}
export = Parts; //? from  import Parts as exports
