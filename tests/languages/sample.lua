-- Lua: what must be found in it.
local net = require("app.net.client") --? import app.net.client as net
local log = require "app.log" --? import app.log as log
local send = require("app.net").send --? from app.net import send as send
require "app.setup" --? import app.setup

--- Serves.
local Server = {} --? def table Server; doc Serves.
Server.__index = Server
setmetatable(Server, { __index = net.Base }) --? inherit net.Base in Server
local Child = setmetatable({}, { __index = Server }) --? def table Child; inherit Server in Child

--- Makes one.
function Server.new(url, ...) --? def method Server.new; doc Makes one.
  local self = setmetatable({}, Server) --? bind self annotation Server in Server.new; use Server in Server.new
  self.client = net.open(url) --? bind self.client call net.open in Server.new; call net.open in Server.new
  return self
end

function Server:run(x) --? def method Server.run; span 12
  self:start(1) --? call self.start in Server.run
  self.client:get("x") --? call self.client.get in Server.run
  local made = Server.new(x) --? bind made call Server.new in Server.run; call Server.new in Server.run
  made:run() --? call made.run in Server.run
  log.info "text" --? call log.info in Server.run
  send { a = helper } --? call send in Server.run; use helper in Server.run
  for i, v in ipairs(x) do v(i) end --! call v in Server.run
  x[1](2) --! call x in Server.run
  pcall(helper, x)
  return net.close
end

local function helper(a) return a end --? def function helper
function global_one() helper(1) end --? def function global_one; call helper in global_one
Server.other = function(a) return helper(a) end --? def method Server.other; call helper in Server.other
local lambda = function(q) q() end --? def function lambda
local handlers = { start = function() helper() end, stop = helper } --? def table handlers; def method handlers.start; call helper in handlers.start; use helper in handlers

return Server --? from  import Server as return
