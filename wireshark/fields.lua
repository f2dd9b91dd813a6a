-- SPDX-License-Identifier: MIT
-- gsstap's own fields in Wireshark and tshark: what a trace says of each packet beside the token in it, whose
-- dissection stays Wireshark's. The build puts tables of events, calls and fields (tables.c) in front of these files
-- and makes one plugin of all: a new field, event or call needs nothing here.
--
-- Here: the protocol and its fields, which a filter knows by the names of `gsstap decode --format json`.

local gsstap = Proto("gsstap", "gsstap event")
local damaged = ProtoExpert.new("gsstap.damaged", "This event is damaged", expert.group.MALFORMED, expert.severity.ERROR)
gsstap.experts = {damaged}

local TOKEN = 32 -- struct tr_token
local CALLS = NAMES.CALL

-- How a type is shown. Those with names of their own (NAMES) are strings, as in `gsstap decode --format json`.
local KINDS = {
	INT = "int64", UINT = "uint64", HANDLE = "handle", BOOL = "bool", TEXT = "string", TEXTS = "texts", HEX = "bytes",
	HASH = "bytes", OID = "oid", TOKEN = "token", MAJOR = "major", GSS_FLAGS = "flags", GROUP = "group",
}
-- The lengths that a value can have; the others any.
local LENGTHS = {
	INT = {[4] = true, [8] = true}, UINT = {[4] = true, [8] = true}, HANDLE = {[8] = true}, HASH = {[16] = true},
	TOKEN = {[TOKEN] = true}, TEXT = false, TEXTS = false, HEX = false, OID = false, GROUP = false,
}
local FOUR = {[4] = true}

local function kind_of(type)
	return KINDS[type] or (NAMES[type] and "name") or "bytes"
end

-- Protocol fields by name; a filter knows them by gsstap.NAME.
local fields = {}
local makers = {
	int64 = function(name) return ProtoField.int64("gsstap." .. name, name, base.DEC) end,
	uint64 = function(name) return ProtoField.uint64("gsstap." .. name, name, base.DEC) end,
	uint32 = function(name) return ProtoField.uint32("gsstap." .. name, name, base.DEC) end,
	handle = function(name) return ProtoField.uint64("gsstap." .. name, name, base.HEX) end,
	bool = function(name) return ProtoField.bool("gsstap." .. name, name) end,
	string = function(name) return ProtoField.string("gsstap." .. name, name) end,
	bytes = function(name) return ProtoField.bytes("gsstap." .. name, name) end,
	oid = function(name) return ProtoField.oid("gsstap." .. name, name) end,
	flags = function(name) return ProtoField.uint32("gsstap." .. name, name, base.HEX) end,
	none = function(name) return ProtoField.none("gsstap." .. name, name) end,
}
makers.name, makers.texts, makers.major, makers.group = makers.string, makers.string, makers.uint32, makers.none

local function declare(name, maker)
	fields[name] = fields[name] or makers[maker](name)
end

-- Fields that share a name in two forms (value, outcome, option) are one field, of text.
local shared = {}
local function declare_all()
	local kinds = {
		event = "name", call = "name", payload = "name", depth = "uint32", pid = "uint32", tid = "uint32", seq = "uint64",
		duration_ns = "uint64", caller = "handle",
	}
	for _, field in pairs(FIELDS) do
		local name, kind = field[1], kind_of(field[2])
		shared[name] = shared[name] or (kinds[name] and kinds[name] ~= kind)
		kinds[name] = kinds[name] or kind
	end
	for name, kind in pairs(kinds) do
		if shared[name] then
			declare(name, "string")
		elseif kind == "token" then
			declare(name, "none")
			for sub, maker in pairs({len = "uint64", hash = "bytes", keyed = "bool", captured = "uint32"}) do
				declare(name .. "." .. sub, maker)
			end
		else
			declare(name, kind)
			if kind == "major" then declare(name .. "_name", "string") end
		end
	end
	declare("errno_name", "string")
	declare("unknown", "bytes")
end
declare_all()
gsstap.fields = fields
