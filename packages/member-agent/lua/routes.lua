-- Where new sessions of HAProxy go, and whose sessions are cut; see docs/adr/0015. By PATRONI_PORT it asks Patroni, by READ_CHECK
-- whether a standby keeps up; sessions wait behind WAITING_ROOM.
--
-- A session is let through once a server was seen to be fit for it after it came, or is there and too busy to say so; else it waits.
-- Health checks are the backstop. Sessions are cut on one evidence only: another server takes writes.

local patroni_port = tonumber(os.getenv("PATRONI_PORT"))
local read_path = os.getenv("READ_CHECK")
local waiting_room = os.getenv("WAITING_ROOM")

-- Milliseconds. Below inspect-delay, after which no session may wait.
local patience = 9000
local every = 5
-- A look this old is as good as a new one; who has not answered for this long is busy.
local fresh, busy = 20, 50
-- No session gets to whom nobody gets in this time (timeout connect of haproxy.cfg).
local connect_timeout = 300
local look_timeout = 1000
local idle = 100

-- Places where sessions may go: a server with a health check, and what fits it.
local writers, readers = {}, {}
local leader, led_since = nil, 0

local function now()
  local at = core.now()
  return at.sec * 1000 + at.usec / 1000
end

local function is_up(place)
  return place.server:get_stats().status:find("UP", 1, true) == 1
end

local function takes_writes(status, body)
  return status == "200" and body:find('"role": "primary"', 1, true) and body:find('"state": "running"', 1, true)
end

local function takes_reads(status)
  return status == "200"
end

-- True, false, or nil where there is no answer, which says nothing.
local function look(place, question)
  local socket = core.tcp()
  socket:settimeout(look_timeout / 1000)
  if not socket:connect(place.host, patroni_port) then
    socket:close()
    return false
  end
  question.met_at = now()
  socket:send("GET " .. place.path .. " HTTP/1.0\r\n\r\n")
  local whole, _, part = socket:receive("*a")
  socket:close()
  local status, body = (whole or part or ""):match("^HTTP/%S+ (%d+).-\r\n\r\n(.*)$")
  if not status then return nil end
  return place.fits(status, body) and true or false
end

local function lead(place)
  if leader == place then return end
  leader, led_since = place, now()
  for _, other in ipairs(writers) do
    if other ~= place then
      other.server:check_force_down()
      other.server:shut_sess()
    end
  end
  core.log(core.notice, "writes go to " .. place.name)
end

local function judge(place, is_fit, asked_at)
  -- What was true before another one led is no evidence.
  if is_fit == nil or asked_at < led_since then return end
  place.seen_at = asked_at
  if not is_fit then
    if is_up(place) then place.server:check_force_down() end
  elseif place.fits == takes_writes then
    lead(place)
    if not is_up(place) then place.server:check_force_up() end
  end
end

local function ask(place)
  local question = place.question
  if question then
    if question.met_at or now() - question.asked_at <= connect_timeout then return end
    -- To connect takes 5 s where nobody is, whatever the socket is told (HAProxy 3.0). Another standby serves readers as well; a leader
    -- is left only for another one.
    if place.fits == takes_reads then judge(place, false, question.asked_at) end
  end
  question = { asked_at = now() }
  place.question = question
  core.register_task(function()
    local is_fit = look(place, question)
    local is_latest = place.question == question
    if is_latest or is_fit then judge(place, is_fit, question.asked_at) end
    if is_latest then place.question = nil end
  end)
end

-- Once in a while, whoever of them is down.
local function ask_all(places)
  for _, place in ipairs(places) do
    if now() - (place.looked_at or 0) > fresh then
      place.looked_at = now()
      ask(place)
    end
  end
end

local function all_up(places)
  local up = {}
  for _, place in ipairs(places) do
    if is_up(place) then up[#up + 1] = place end
  end
  return up
end

local function is_settled(place, since)
  if (place.seen_at or 0) >= since - fresh then return true end
  ask(place)
  local met_at = place.question and place.question.met_at
  return met_at ~= nil and now() - met_at > busy
end

-- Whether all that HAProxy may choose from are settled.
local function may_pass(places, since)
  local up = all_up(places)
  -- Who finds no standby reads from the leader, and waits there.
  if #up == 0 and places == readers then return true end
  local settled = #up > 0
  for _, place in ipairs(up) do settled = is_settled(place, since) and settled end
  -- Another one may lead already.
  if places == writers and (#up == 0 or now() - since > busy) then ask_all(writers) end
  return settled
end

local rooms = { writer = writers, reader = readers }

-- What sleeps in an action may never be woken again, since HAProxy takes a moment that is over for none at all. So the session waits for a
-- word of this service, which is woken by a task of its own.
core.register_service("waiting_room", "tcp", function(applet)
  local places = rooms[applet:getline():match("%a+")]
  local since = now()
  while not may_pass(places, since) and now() - since < patience do core.msleep(every) end
  applet:send("go\n")
end)

for name, places in pairs(rooms) do
  core.register_action("wait_for_" .. name, { "tcp-req" }, function()
    if may_pass(places, now()) then return end
    local socket = core.tcp()
    socket:settimeout(patience / 1000 + 1)
    if socket:connect(waiting_room) and socket:send(name .. "\n") then socket:receive("*l") end
    socket:close()
  end)
end

core.register_init(function()
  local read = core.backends["postgres_read"].servers
  for name, server in pairs(core.backends["postgres_write"].servers) do
    local host = server:get_addr():match("^%[?(.-)%]?:%d+$")
    table.insert(writers, { name = name, server = server, host = host, path = "/primary", fits = takes_writes })
    table.insert(readers, { name = name, server = read[name], host = host, path = read_path, fits = takes_reads })
  end
end)

-- Another one may lead while no session comes.
core.register_task(function()
  while true do
    for _, place in ipairs(all_up(writers)) do
      if place ~= leader then ask(place) end
    end
    core.msleep(idle)
  end
end)
