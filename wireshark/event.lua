-- SPDX-License-Identifier: MIT
-- An event: its head, its fields, its line. A post-dissector, so that the token is Wireshark's as it was. A trace is not
-- to be trusted: no byte is looked at that was not seen to be there, and damage is told in the tree.

local HEAD = 40 -- struct tr_head
local DEPTH = 2 -- of groups within groups; deeper is damage, or malice
local WHERE = {[1] = "in_token", [2] = "out_token", [3] = "message"}

-- What the info column says is gathered here by the name of the field; the first one counts.
local function remember(said, field, range)
	if range and said and not said[field[1]] then said[field[1]] = text_of(range, field[2]) end
end

local function damage(tree, range, what)
	tree:add_tvb_expert_info(damaged, range, what)
end

local function fits(type, length)
	local lengths = LENGTHS[type]
	if lengths == nil then lengths = FOUR end
	return not lengths or lengths[length]
end

local add_fields

local function add_known(tree, field, range, where, said, depth)
	if not fits(field[2], range and range:len() or 0) then
		damage(tree, where, field[1] .. " has a length that its type cannot have")
		return
	end
	if kind_of(field[2]) == "group" and not shared[field[1]] then
		if not range then return end
		local item = tree:add(fields[field[1]], range)
		item:set_text(field[1])
		if depth == 0 then
			damage(item, range, "groups within groups within groups")
		else
			add_fields(item, range, nil, depth - 1)
		end
		return
	end
	add_value(tree, field, range, where)
	remember(said, field, range)
end

-- The fields in a range; zeros after them only fill it.
add_fields = function(tree, range, said, depth)
	local at, size = 0, range:len()
	while size - at >= 4 do
		local id, length = range(at, 2):le_uint(), range(at + 2, 2):le_uint()
		local padded = length + (-length) % 4
		if id == 0 and length == 0 then return end
		if padded > size - at - 4 then
			damage(tree, range(at), "a field is longer than what is left of the event")
			return
		end
		local value = length > 0 and range(at + 4, length) or nil
		if FIELDS[id] then
			add_known(tree, FIELDS[id], value, range(at, 4 + length), said, depth)
		elseif id ~= 0 and value then
			tree:add(fields.unknown, value):prepend_text("field_" .. id .. ", ")
		end
		at = at + 4 + padded
	end
	if at < size then damage(tree, range(at), "a field is cut") end
end

local function add_head(tree, range)
	local event, call, where = range(2, 2):le_uint(), range(4, 2):le_uint(), range(6, 2):le_uint()
	local said = {event_name = EVENTS[event] or "event " .. event}
	tree:add(fields.event, range(2, 2), EVENTS[event] or tostring(event))
	if call ~= 0 then
		said.made = CALLS[call] or "call " .. call
		tree:add(fields.call, range(4, 2), CALLS[call] or tostring(call))
	end
	if where ~= 0 then
		said.payload = WHERE[where] or tostring(where)
		tree:add(fields.payload, range(6, 2), said.payload)
	end
	tree:add_le(fields.depth, range(1, 1))
	tree:add_le(fields.pid, range(8, 4))
	tree:add_le(fields.tid, range(12, 4))
	tree:add_le(fields.seq, range(16, 8))
	if range(24, 8):le_uint64() ~= UInt64(0) then tree:add_le(fields.duration_ns, range(24, 8)) end
	if range(32, 8):le_uint64() ~= UInt64(0) then tree:add_le(fields.caller, range(32, 8)) end
	return said
end

local function result_of(said)
	if said.major then
		return " = " .. said.major .. (said.minor_text and said.minor_text ~= "" and " (" .. said.minor_text .. ")" or "")
	end
	if not said.result then return "" end
	return " = " .. said.result .. (said.errno and " " .. (ERRNO[tonumber(said.errno)] or said.errno) or "")
end

-- In the order of a sentence; what an event does not have is left out.
local WORTH = {"exe", "call", "role", "outcome", "initiator", "acceptor", "subject", "endpoint", "object", "count", "reason", "why"}

local function sentence(said)
	if said.event_name == "call" then return (said.made or "call") .. result_of(said) end
	local words = {said.event_name}
	if said.event_name == "token" then words[2] = "for " .. (said.made or "a call") end
	for _, name in ipairs(WORTH) do
		if said[name] and said[name] ~= "" then words[#words + 1] = said[name] end
	end
	return table.concat(words, " ")
end

-- Our tag among those of an exported PDU, as far as they were captured; its end is the packet's when it is cut.
local function find_tag(tvb)
	local at, size = 0, tvb:len()
	while size - at >= 4 do
		local tag, length = tvb(at, 2):uint(), tvb(at + 2, 2):uint()
		at = at + 4
		if tag == TAG and at < size then
			return tvb(at, math.min(length, size - at)), length > size - at
		end
		if tag == 0 then return nil end
		at = at + length
	end
	return nil
end

local function dissect(range, cut, pinfo, root)
	local tree = root:add(gsstap, range)
	if range:len() < HEAD or range(0, 1):uint() ~= VERSION then
		damage(tree, range, range:len() < HEAD and "the head is cut"
			or "this event is of another version of gsstap's traces than this dissector knows")
		return
	end
	local said = add_head(tree, range)
	if range:len() > HEAD then add_fields(tree, range(HEAD), said, DEPTH) end
	if cut then damage(tree, range, "the packet ends within the event") end
	local text = sentence(said)
	tree:append_text(": " .. text)
	local before = tostring(pinfo.cols.info)
	-- Wireshark's dissector of GSSAPI leaves this to those inside.
	if tostring(pinfo.cols.protocol) == "" then pinfo.cols.protocol = "gsstap" end
	pinfo.cols.info = text .. (said.payload and before ~= "" and " | " .. before or "")
end

local encapsulation = Field.new("frame.encap_type")

function gsstap.dissector(tvb, pinfo, root)
	local kind = encapsulation()
	if not kind or kind.value ~= wtap_encaps.WIRESHARK_UPPER_PDU then return end
	local range, cut = find_tag(tvb)
	if range then dissect(range, cut, pinfo, root) end
end

register_postdissector(gsstap)
