-- SPDX-License-Identifier: MIT
-- Values of fields: as text, and as items of the tree. Their lengths were compared with their types before.

local function bit_names(value, names, most)
	local said = {}
	for bit = 0, most do
		if math.floor(value / 2 ^ bit) % 2 == 1 then
			said[#said + 1] = names[bit] or string.format("0x%x", 2 ^ bit)
		end
	end
	return said
end

local function major_name(major)
	local calling, routine = math.floor(major / 2 ^ 24), math.floor(major / 2 ^ 16) % 256
	local said = bit_names(major % 2 ^ 16, SUPPLEMENTARY, 15)
	if routine > 0 then
		table.insert(said, 1, ROUTINE[routine] or string.format("0x%x", routine * 2 ^ 16))
	end
	if calling > 0 then
		table.insert(said, 1, CALLING[calling] or string.format("0x%x", calling * 2 ^ 24))
	end
	return major == 0 and "GSS_S_COMPLETE" or table.concat(said, "|")
end

-- A signed or unsigned number of 4 or 8 bytes, as text.
local function number_text(range, type)
	local signed = type == "INT"
	if range:len() == 8 then return tostring(signed and range:le_int64() or range:le_uint64()) end
	return tostring(signed and range:le_int() or range:le_uint())
end

-- What a value is called; a number that has no name is its digits.
local function text_of(range, type)
	if range:len() == 0 then return "" end
	local kind = kind_of(type)
	if kind == "name" then return NAMES[type][range:le_uint()] or tostring(range:le_uint()) end
	if kind == "int64" or kind == "uint64" or kind == "flags" then return number_text(range, type) end
	if kind == "major" then return major_name(range:le_uint()) end
	if kind == "bool" then return tostring(range:le_uint() ~= 0) end
	if kind == "string" then return range:string(ENC_UTF_8) end
	if kind == "token" then
		return tostring(range(0, 8):le_uint64()) .. ":" .. range(8, 4):bytes():tohex(true)
	end
	return range:bytes():tohex(true)
end

local function has_bit(value, bit)
	return math.floor(value / 2 ^ bit) % 2 == 1
end

local function add_token(tree, name, range)
	local item = tree:add(fields[name], range)
	item:set_text(name .. ": " .. tostring(range(0, 8):le_uint64()) .. " bytes")
	item:add_le(fields[name .. ".len"], range(0, 8))
	item:add(fields[name .. ".hash"], range(8, 16))
	item:add(fields[name .. ".keyed"], range(24, 4), has_bit(range(24, 4):le_uint(), 0))
	item:add_le(fields[name .. ".captured"], range(28, 4))
end

-- Texts that are each ended by a NUL.
local function add_texts(tree, name, range)
	local at = 0
	local bytes = range:bytes()
	for i = 0, bytes:len() - 1 do
		if bytes:get_index(i) == 0 then
			tree:add(fields[name], range(at, i + 1 - at), i > at and range(at, i - at):string(ENC_UTF_8) or "")
			at = i + 1
		end
	end
	if at < bytes:len() then tree:add(fields[name], range(at), range(at):string(ENC_UTF_8)) end
end

-- One field, whose length fits its type. `where` is what is marked in the bytes when the value has none.
local function add_value(tree, field, range, where)
	local name, type = field[1], field[2]
	local kind = shared[name] and "string" or kind_of(type)
	if not range then
		if kind == "group" or kind == "oid" or kind == "bytes" then return end
		tree:add(fields[name], where, "")
	elseif kind == "string" or kind == "name" then
		tree:add(fields[name], range, text_of(range, type))
	elseif kind == "major" then
		tree:add_le(fields[name], range)
		tree:add(fields[name .. "_name"], range, major_name(range:le_uint()))
	elseif kind == "flags" then
		local item = tree:add_le(fields[name], range)
		item:append_text(" (" .. table.concat(bit_names(range:le_uint(), FLAGS, 31), ", ") .. ")")
	elseif kind == "bool" then
		tree:add(fields[name], range, range:le_uint() ~= 0)
	elseif kind == "bytes" or kind == "oid" then
		tree:add(fields[name], range)
	elseif kind == "token" then
		add_token(tree, name, range)
	elseif kind == "texts" then
		add_texts(tree, name, range)
	else
		tree:add_le(fields[name], range)
	end
	if name == "errno" and range and range:len() == 4 and ERRNO[range:le_int()] then
		tree:add(fields.errno_name, range, ERRNO[range:le_int()])
	end
end
